namespace OrleansCampaigns.Domain.Delivery;

/// <summary>What an SMTP reply, a connection failure or a time-out comes to.</summary>
/// <param name="Outcome">Sent, Rejected, Spam, Bounced, SoftBounced or Deferred.</param>
/// <param name="Cause">Why.</param>
/// <param name="RetryAfter">The wait that the server asked for ("try again in 5 minutes"), if it did.</param>
public readonly record struct Classification(Outcome Outcome, Cause Cause, TimeSpan? RetryAfter = null);
