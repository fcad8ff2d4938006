namespace OrleansCampaigns.Domain.Delivery;

/// <summary>What the three digits of a reply say when neither words nor an enhanced status say more.</summary>
internal static class ReplyCodeTable
{
    private static readonly StatusRow Temporary = new("a temporary refusal", Outcome.Deferred, Cause.Other);
    private static readonly StatusRow Refused = new("a refusal for good", Outcome.Rejected, Cause.Other);

    private static readonly (StatusRow Row, int[] Codes)[] Rows =
    [
        (new("exceeded storage allocation (RFC 5321)", Outcome.SoftBounced, Cause.MailboxFull), [552]),
        (new("the domain accepts no mail (RFC 7504)", Outcome.Bounced, Cause.NoSuchDomain), [556]),

        // MessageLabs: "542 <address> Rejected".
        (new("the address is refused", Outcome.Bounced, Cause.NoSuchMailbox), [542]),
        (new("the host accepts no mail (RFC 7504)", Outcome.Bounced, Cause.Blocked), [521]),
        (new("not local (RFC 5321)", Outcome.Rejected, Cause.Relaying), [551]),
        (new("a command or its syntax", Outcome.Rejected, Cause.Content), [500, 501, 502, 503, 504, 555]),
        (new("authentication or encryption is required", Outcome.Rejected, Cause.Authentication), [530, 535, 538]),
        (new("a policy", Outcome.Rejected, Cause.Policy), [571]),
        (new("the mailbox is unavailable, and not said why", Outcome.Bounced, Cause.Other), [550]),
    ];

    private static readonly Dictionary<int, StatusRow> ByCode = Rows
        .SelectMany(row => row.Codes.Select(code => (code, row.Row)))
        .ToDictionary(pair => pair.code, pair => pair.Row);

    /// <summary>What <paramref name="code"/> comes to; without one, the class of the status decides.</summary>
    public static StatusRow Of(int code, int severity) =>
        severity is 3 or 4 or 0 ? Temporary : ByCode.GetValueOrDefault(code) ?? Refused;

    /// <summary>Whether <paramref name="code"/> alone gives a reason.</summary>
    public static bool Explains(int code) => code is 521 or 542 or 552 or 556;
}
