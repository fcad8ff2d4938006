using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Feedback;

/// <summary>What one message that came back says, recipient by recipient.</summary>
/// <param name="Kind">What the message is about; where it speaks of several things, the gravest.</param>
/// <param name="Recipients">The recipients it speaks of; an unnamed one has no address.</param>
/// <param name="Original">What identifies the e-mail that we sent.</param>
public sealed record FeedbackReading(
    FeedbackKind Kind, IReadOnlyList<RecipientFeedback> Recipients, OriginalMessage Original)
{
    /// <summary>How the message came.</summary>
    internal MessageArrival Arrival { get; init; } = MessageArrival.Unreadable;

    /// <summary>What in it may tell which e-mail it is about.</summary>
    internal OriginTraces? Origin { get; init; }

    /// <summary>Whether it is known what the message is; a letter or a notice in a form of its own is not.</summary>
    internal bool IsUnderstood { get; init; } = true;

    /// <summary>Something that changes nothing.</summary>
    internal static FeedbackReading Of(FeedbackKind kind) => new(kind, [], OriginalMessage.Unknown);
}

/// <summary>What a message says of one recipient.</summary>
/// <param name="Kind">A report may call one recipient failed and another delayed.</param>
/// <param name="OriginalRecipient">The address as we wrote it, if it differs from the final one.</param>
/// <param name="FinalRecipient">The address that the reporting server tried last.</param>
/// <param name="Outcome">What happened to the e-mail; <see langword="null"/> if nothing is said of it.</param>
/// <param name="Cause">Why.</param>
/// <param name="Reply">The reply of the server that refused, as far as the message quotes it.</param>
/// <param name="RetryAfter">The wait that the server asked for, if it did.</param>
public sealed record RecipientFeedback(
    FeedbackKind Kind,
    string? OriginalRecipient,
    string? FinalRecipient,
    Outcome? Outcome = null,
    Cause Cause = Cause.None,
    SmtpReply? Reply = null,
    TimeSpan? RetryAfter = null)
{
    /// <summary>Why it is called so, in a line for people; <see langword="null"/> where no reply decides.</summary>
    public string? Why { get; init; }

    /// <summary>The address that we wrote to, as far as the message tells: before any forwarding.</summary>
    public string? Recipient => OriginalRecipient ?? FinalRecipient;
}

/// <summary>What identifies the e-mail that the message is about, from the headers that came back with it.</summary>
/// <param name="MessageId">Its Message-ID, without angle brackets.</param>
/// <param name="FeedbackId">Its Feedback-ID.</param>
/// <param name="Campaign">Its X-Campaign.</param>
public sealed record OriginalMessage(string? MessageId, string? FeedbackId, string? Campaign)
{
    /// <summary>No headers came back.</summary>
    public static OriginalMessage Unknown { get; } = new(null, null, null);
}
