using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Domain.Feedback;

/// <summary>How machines that open and click give themselves away, beside the signs of their requests.</summary>
/// <param name="Window">Whoever opens or clicks so soon after an e-mail was sent is a machine; zero: never.</param>
/// <param name="Burst">Two links followed within this time are a machine's work; zero: never.</param>
/// <remarks>
/// Of a burst the first click is a person's, because a recipient's status is never taken back; unless the window has
/// caught it, as it does with scanners that look before the mailbox gets the e-mail.
/// </remarks>
public sealed record MachineRules(TimeSpan Window, TimeSpan Burst)
{
    /// <summary>10 and 2 seconds.</summary>
    public static MachineRules Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(2));

    /// <summary>Whether nobody can have read the e-mail so soon.</summary>
    /// <remarks>
    /// Before its attempt is recorded, the e-mail has only just been handed over: scanners look at it while we wait for
    /// the reply. Only where the fate of an attempt was hidden it may have been there for long.
    /// </remarks>
    internal bool IsTooSoon(CampaignDelivery delivery, DateTimeOffset at) =>
        Window > TimeSpan.Zero
        && (delivery.SentAt is { } sent ? at < sent + Window : delivery.DoubtfulAttempt == 0);
}
