using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>A connection on loan from its relay's pool.</summary>
internal sealed class MailLane(Relay relay, RelayConnection connection) : IMailLane
{
    private int isUsed;
    private int isReturned;

    public string Relay => relay.Name;

    /// <summary>The campaign that it serves; what the relay says about us is none of its attempts.</summary>
    public CampaignId? Campaign { get; set; }

    public Relay Owner => relay;

    /// <summary>Why it carries none of a campaign's messages.</summary>
    public string? Object(MessageNeeds needs) => connection.Object(needs);

    /// <summary>Its connection is not to be used again.</summary>
    public void Retire() => connection.Retire();

    public async Task<AttemptReport?> Send(IOutgoingMessage message, CancellationToken cancellation)
    {
        if (message is not OutgoingMessage outgoing)
        {
            throw new ArgumentException("Only messages of our own composers can be sent.", nameof(message));
        }

        cancellation.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref isUsed, 1) != 0)
        {
            throw new InvalidOperationException("A lane is good for one message.");
        }

        var result = await connection.Send(outgoing);
        return Campaign is { } campaign
            ? relay.Learn(campaign, outgoing.Recipient, result)
            : relay.Learn(result.Report, result.Fault);
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref isReturned, 1) == 0)
        {
            relay.Return(connection);
        }

        return ValueTask.CompletedTask;
    }
}
