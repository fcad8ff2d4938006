using System.Buffers;
using SmtpServer;
using SmtpServer.Authentication;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;
using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>Applies the rules to what clients do.</summary>
internal sealed class SandboxBehaviour(SandboxOptions options, SandboxLedger ledger, TimeProvider clock)
    : IMailboxFilter, IMessageStore, IUserAuthenticator
{
    private const string AttemptKey = "Sandbox:Attempt";
    private const string BeganKey = "Sandbox:Began";

    private long queued;

    /// <summary>Who does something about what is accepted.</summary>
    public SandboxWorld? World { get; set; }

    public Task<bool> CanAcceptFromAsync(
        ISessionContext context, IMailbox from, int size, CancellationToken cancellationToken)
    {
        context.Properties[BeganKey] = clock.GetUtcNow();
        return Task.FromResult(true);
    }

    public Task<bool> CanDeliverToAsync(
        ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken)
    {
        var recipient = to.AsAddress();
        var attempt = ledger.CountAttempt(recipient, (DateTimeOffset)context.Properties[BeganKey]);
        context.Properties[AttemptKey] = attempt;

        var rule = SandboxRules.For(recipient);
        if (rule.ShowsIn(attempt))
        {
            switch (rule.Stage)
            {
                case SandboxStage.Recipient:
                    throw new SmtpResponseException(Reply(rule), quit: rule.Code == 421);
                case SandboxStage.DropAtRecipient:
                    Drop(context);
                    break;
            }
        }

        return Task.FromResult(true);
    }

    public async Task<SmtpResponse> SaveAsync(
        ISessionContext context,
        IMessageTransaction transaction,
        ReadOnlySequence<byte> buffer,
        CancellationToken cancellationToken)
    {
        ledger.CountTransaction(buffer.Length);
        var recipient = transaction.To[^1].AsAddress();
        var rule = SandboxRules.For(recipient);
        var attempt = (int)context.Properties[AttemptKey];
        var stage = rule.ShowsIn(attempt) ? rule.Stage : SandboxStage.Nowhere;

        var latency = options.Latency + (stage == SandboxStage.Late ? options.SlowLatency : TimeSpan.Zero);
        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, clock, cancellationToken);
        }

        switch (stage)
        {
            case SandboxStage.Message:
                return Reply(rule);
            case SandboxStage.DropUnaccepted:
                Drop(context);
                break;
        }

        var sender = transaction.From.AsAddress() ?? "";
        foreach (var to in transaction.To)
        {
            ledger.Accept(sender, to.AsAddress(), buffer);
            World?.Receive(sender, to.AsAddress(), attempt, buffer);
        }

        if (stage == SandboxStage.DropAccepted)
        {
            Drop(context);
        }

        return new SmtpResponse(SmtpReplyCode.Ok, $"2.0.0 Ok: queued as {Interlocked.Increment(ref queued):X8}");
    }

    public Task<bool> AuthenticateAsync(
        ISessionContext context, string user, string password, CancellationToken cancellationToken) =>
        Task.FromResult(user == options.Username && password == options.Password);

    private static SmtpResponse Reply(SandboxRule rule) => new((SmtpReplyCode)rule.Code, rule.Text);

    private static void Drop(ISessionContext context)
    {
        ((SandboxPipe)context.Pipe).Drop();
        throw new IOException("Dropped by the sandbox's rule.");
    }
}
