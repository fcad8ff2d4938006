namespace OrleansCampaigns.Domain.Campaigns;

/// <summary>How long a campaign's content may be, in characters: the one place that every check reads.</summary>
/// <remarks>Public: <c>docs/api.md</c> states them, and a test compares.</remarks>
public static class ContentLimits
{
    /// <summary>The longest subject, as a template and once its fields are filled in.</summary>
    public const int SubjectMax = 900;

    /// <summary>The longest HTML and the longest text, as templates.</summary>
    public const int BodyMax = 1024 * 1024;

    /// <summary>The longest HTML and the longest text once their fields are filled in.</summary>
    public const int RenderedMax = 2 * 1024 * 1024;

    /// <summary>How many files go with a message.</summary>
    public const int AttachmentsMax = 20;

    /// <summary>How large the files of a message may be together, in octets before encoding.</summary>
    public const int AttachmentOctetsMax = 10 * 1024 * 1024;

    /// <summary>How many fields of the header an author may add.</summary>
    public const int HeadersMax = 20;

    /// <summary>The longest value of such a field, as a template and once its fields are filled in.</summary>
    /// <remarks>With its name it stays below the 998 octets of a line (RFC 5322 §2.1.1).</remarks>
    public const int HeaderValueMax = 900;

    /// <summary>The most mailboxes that answers may go to.</summary>
    public const int ReplyToMax = 10;

    /// <summary>The longest text that names them.</summary>
    public const int ReplyToLengthMax = 2000;
}
