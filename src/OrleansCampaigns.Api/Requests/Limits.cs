namespace OrleansCampaigns.Api.Requests;

/// <summary>How much of everything a request may hold. Each limit is public: `docs/api.md` states it.</summary>
internal static class Limits
{
    public const int PageDefault = 50;
    public const int PageMax = 500;
    public const int CursorLengthMax = 1_000;
    public const long JsonBytesMax = 16 * 1024 * 1024;
    public const int JsonGroupsMax = 50_000;
    public const int JsonValuesMax = 2_500_000;
    public const int NameLengthMax = 200;
    public const int ReasonLengthMax = 1_000;
    public const int AddressLengthMax = Domain.Contacts.EmailAddress.LengthMax;
    public const int AttributesMax = 100;
    public const int AttributeNameLengthMax = 100;
    public const int AttributeValueLengthMax = 10_000;
    public const int FilterValuesMax = 20;
    public const int TextLengthMax = 200;
    public const int ContactsPerRequestMax = 10_000;
    public const int AudienceListsMax = 100;
    public const int SubjectLengthMax = Domain.Campaigns.ContentLimits.SubjectMax;
    public const int BodyLengthMax = Domain.Campaigns.ContentLimits.BodyMax;
    public const int AttachmentsMax = Domain.Campaigns.ContentLimits.AttachmentsMax;
    public const long AttachmentBytesMax = Domain.Campaigns.ContentLimits.AttachmentOctetsMax;
    public const int HeadersMax = Domain.Campaigns.ContentLimits.HeadersMax;
    public const int HeaderValueLengthMax = Domain.Campaigns.ContentLimits.HeaderValueMax;
    public const int ReplyToLengthMax = Domain.Campaigns.ContentLimits.ReplyToLengthMax;
    public const int ContentIdLengthMax = 255;
    public const int ExportColumnsMax = 200;
    public const long SuppressionBytesMax = 128 * 1024 * 1024;
    public const long FormBytesMax = 64 * 1024;
    public const long MessageBytesMax = 30 * 1024 * 1024;
    public const long WebhookBytesMax = 4 * 1024 * 1024;

    /// <summary>How many things that are wrong one answer names.</summary>
    public const int FailuresMax = 20;
}
