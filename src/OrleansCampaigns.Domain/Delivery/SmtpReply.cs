using Orleans;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>
/// One reply of an SMTP server (RFC 5321 §4.2), with its enhanced status code (RFC 3463) if it has one.
/// </summary>
/// <param name="Code">The three-digit code; 0 when the text has none.</param>
/// <param name="EnhancedCode">The enhanced status code as <c>class.subject.detail</c>, or
/// <see langword="null"/>.</param>
/// <param name="Text">The rest, with lines joined by a space.</param>
[GenerateSerializer, Immutable, Alias("Delivery.SmtpReply")]
public sealed record SmtpReply(
    [property: Id(0)] int Code,
    [property: Id(1)] string? EnhancedCode,
    [property: Id(2)] string Text);
