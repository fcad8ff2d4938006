using System.Collections;
using System.Globalization;
using System.Reflection;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Host.Telemetry;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Mailboxes;
using OrleansCampaigns.Mail.Webhooks;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Scenarios.Cluster;

/// <summary>Which keys the configuration has: whatever the classes can hold that it is bound to.</summary>
internal static class KnownSettings
{
    private static readonly (string Section, Type Options)[] Sections =
    [
        ("", typeof(ServerSettings)),
        (PostgresOptions.Section, typeof(PostgresOptions)),
        (MailOptions.Section, typeof(MailOptions)),
        (MailboxesOptions.Section, typeof(MailboxesOptions)),
        (InboundOptions.Section, typeof(InboundOptions)),
        (WebhookOptions.Section, typeof(WebhookOptions)),
        (TrackingOptions.Section, typeof(TrackingOptions)),
        (ThrottlingOptions.Section, typeof(ThrottlingOptions)),
        ("Engine", typeof(EngineOptions)),
        (TelemetryOptions.Section, typeof(TelemetryOptions)),
    ];

    // Read one by one, without a class.
    private static readonly string[] Keys = ["Licences:DeductOn"];

    public static bool Contain(string key) =>
        Keys.Contains(key, StringComparer.OrdinalIgnoreCase)
        || Sections.Any(section =>
            section.Section.Length == 0 ? Has(section.Options, key.Split(':'))
            : key.StartsWith(section.Section + ":", StringComparison.OrdinalIgnoreCase)
                && Has(section.Options, key[(section.Section.Length + 1)..].Split(':')));

    private static bool Has(Type type, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty)
        {
            return type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan)
                || type == typeof(DateTimeOffset) || type == typeof(Uri);
        }

        if (type.IsAssignableTo(typeof(IDictionary)))
        {
            return Has(type.GenericTypeArguments[1], path[1..]);
        }

        if (IsCollection(type))
        {
            return int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
                && Has(type.GenericTypeArguments[0], path[1..]);
        }

        var property = type.GetProperty(
            path[0], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
        return property is not null && (property.CanWrite || IsCollection(property.PropertyType))
            && Has(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, path[1..]);
    }

    private static bool IsCollection(Type type) => type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable));
}
