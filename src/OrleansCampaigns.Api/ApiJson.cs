using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Accounts;
using OrleansCampaigns.Api.Campaigns;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Feedback;
using OrleansCampaigns.Api.Health;
using OrleansCampaigns.Api.Imports;
using OrleansCampaigns.Api.Licences;
using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Api.Refusals;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Api.Suppressions;
using OrleansCampaigns.Api.Views;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain.Audiences;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Api;

/// <summary>How the API reads and writes JSON: camel case, enumerations by name, requests strictly.</summary>
internal static class ApiJson
{
    /// <summary>For requests: fields that do not exist and fields given twice are refused.</summary>
    public static JsonSerializerOptions Strict { get; } = Make(JsonUnmappedMemberHandling.Disallow, mayRepeat: false);

    /// <summary>As <see cref="Strict"/>, but for fields that do not exist: tells which rule a body breaks.</summary>
    public static JsonSerializerOptions WithUnknownFields { get; } = Make(
        JsonUnmappedMemberHandling.Skip, mayRepeat: false);

    /// <summary>As <see cref="Strict"/>, but for fields given twice: tells which rule a body breaks.</summary>
    public static JsonSerializerOptions WithRepeatedFields { get; } = Make(
        JsonUnmappedMemberHandling.Disallow, mayRepeat: true);

    private static JsonSerializerOptions Answers { get; } = Make(JsonUnmappedMemberHandling.Skip, mayRepeat: true);

    public static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions? options = null) =>
        (JsonTypeInfo<T>)(options ?? Answers).GetTypeInfo(typeof(T));

    public static void Configure(JsonSerializerOptions options)
    {
        options.TypeInfoResolverChain.Insert(0, ApiJsonContext.Default);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.NumberHandling = JsonNumberHandling.Strict;

        // Names in any script and previews in HTML stay legible. No browser takes the answer for HTML: its type says
        // JSON, and nosniff forbids to guess.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new JsonStringEnumConverter<ApiRole>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<CampaignStatus>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<ContactStatus>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<HistoryKind>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<ImportStatus>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<ImportColumnUse>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<InDoubtPolicy>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<MemberChange>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<Outcome>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<RecipientStatus>(allowIntegerValues: false));
        options.Converters.Add(new JsonStringEnumConverter<SubscriptionState>(allowIntegerValues: false));
    }

    private static JsonSerializerOptions Make(JsonUnmappedMemberHandling unknown, bool mayRepeat)
    {
        var options =
            new JsonSerializerOptions { UnmappedMemberHandling = unknown, AllowDuplicateProperties = mayRepeat };
        Configure(options);
        options.MakeReadOnly();
        return options;
    }
}

[JsonSerializable(typeof(AccountBody))]
[JsonSerializable(typeof(AccountRequest))]
[JsonSerializable(typeof(ApiKeyRequest))]
[JsonSerializable(typeof(CampaignRequest))]
[JsonSerializable(typeof(ConsentRequest))]
[JsonSerializable(typeof(ContactChangeRequest))]
[JsonSerializable(typeof(ContactFilterBody))]
[JsonSerializable(typeof(ContactRequest))]
[JsonSerializable(typeof(GrantRequest))]
[JsonSerializable(typeof(ListRequest))]
[JsonSerializable(typeof(MembersRequest))]
[JsonSerializable(typeof(ReasonRequest))]
[JsonSerializable(typeof(ScheduleRequest))]
[JsonSerializable(typeof(SuppressionRequest))]
[JsonSerializable(typeof(TestSendRequest))]
[JsonSerializable(typeof(ViewRequest))]
[JsonSerializable(typeof(CampaignBody))]
[JsonSerializable(typeof(ContactBody))]
[JsonSerializable(typeof(ContactStateBody))]
[JsonSerializable(typeof(EngagementBody))]
[JsonSerializable(typeof(FeedbackReceiptBody))]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(ImportBody))]
[JsonSerializable(typeof(ImportTrialBody))]
[JsonSerializable(typeof(LedgerBody))]
[JsonSerializable(typeof(ListBody))]
[JsonSerializable(typeof(MembersBody))]
[JsonSerializable(typeof(IReadOnlyList<SubscriptionBody>))]
[JsonSerializable(typeof(NewApiKeyBody))]
[JsonSerializable(typeof(PreviewBody))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(StatisticsBody))]
[JsonSerializable(typeof(SuppressionBody))]
[JsonSerializable(typeof(SuppressionImportBody))]
[JsonSerializable(typeof(SuppressionsAddedBody))]
[JsonSerializable(typeof(TestSendBody))]
[JsonSerializable(typeof(ValidationBody))]
[JsonSerializable(typeof(ViewBody))]
[JsonSerializable(typeof(WebhookReceiptBody))]
[JsonSerializable(typeof(PageBody<ActivityBody>))]
[JsonSerializable(typeof(PageBody<ApiKeyBody>))]
[JsonSerializable(typeof(PageBody<CampaignItemBody>))]
[JsonSerializable(typeof(PageBody<ContactBody>))]
[JsonSerializable(typeof(PageBody<HistoryEntryBody>))]
[JsonSerializable(typeof(PageBody<ImportBody>))]
[JsonSerializable(typeof(PageBody<ImportErrorBody>))]
[JsonSerializable(typeof(PageBody<ListBody>))]
[JsonSerializable(typeof(PageBody<RecipientBody>))]
[JsonSerializable(typeof(PageBody<SetAsideBody>))]
[JsonSerializable(typeof(PageBody<SuppressionBody>))]
[JsonSerializable(typeof(PageBody<ViewBody>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
