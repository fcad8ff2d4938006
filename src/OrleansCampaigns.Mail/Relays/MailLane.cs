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

        var (report, fault) = await connection.Send(outgoing);
        relay.Learn(report, fault);
        return report;
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
