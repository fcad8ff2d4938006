using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Grains.Contacts;

/// <summary>
/// What is stored of a contact: its state, and what the database projects into its tables in the same transaction.
/// </summary>
internal sealed class ContactRecord : IProjectedState
{
    public Contact Contact { get; set; } = new();

    public ContactProjection? Projection { get; set; }

    public ContactProjection? TakeProjection()
    {
        var taken = Projection;
        Projection = null;
        return taken;
    }
}
