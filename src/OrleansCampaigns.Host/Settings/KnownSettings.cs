using System.Globalization;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Grains;
using OrleansCampaigns.Grains.Throttling;
using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Host.Telemetry;
using OrleansCampaigns.Mail;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.Mail.Mailboxes;
using OrleansCampaigns.Mail.Webhooks;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Host.Settings;

/// <summary>Every setting that there is: what the classes can hold that the configuration is bound to.</summary>
internal static class KnownSettings
{
    /// <summary>Where a setting is set that a class can hold, too, but is filled from there.</summary>
    public static IReadOnlyDictionary<string, string> Elsewhere { get; } =
        new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Engine:DeductOn"] = "Licences:DeductOn",
            ["Engine:AreLicencesUnlimited"] = "Licences:Unlimited",
            ["Throttling:Relays"] = "Mail:Relays:N:RatePerSecond, RatePerMinute and RatePerHour",
        };

    public static SettingsNode Root { get; } = Build();

    /// <summary>Whether a key names a value that is read.</summary>
    public static bool Contain(string key)
    {
        var node = Root;
        foreach (var name in key.Split(':'))
        {
            var next = node.Children.GetValueOrDefault(name) ?? node.Entry
                ?? (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? node.Item : null);
            if (next is null)
            {
                return node.IsForeign;
            }

            node = next;
        }

        return node.Value is not null;
    }

    private static SettingsNode Build()
    {
        var root = SettingsNode.Of(typeof(ServerSettings));
        Add(PostgresOptions.Section, typeof(PostgresOptions));
        Add(MailOptions.Section, typeof(MailOptions));
        Add(MailboxesOptions.Section, typeof(MailboxesOptions));
        Add(InboundOptions.Section, typeof(InboundOptions));
        Add(WebhookOptions.Section, typeof(WebhookOptions));
        Add(TrackingOptions.Section, typeof(TrackingOptions));
        Add(ThrottlingOptions.Section, typeof(ThrottlingOptions));
        Add("Engine", typeof(EngineOptions));
        root.At("Licences").Add("DeductOn", SettingsNode.Of(typeof(DeductOn)));
        root.At("Licences").Add("Unlimited", SettingsNode.Of(typeof(bool)));
        Add(TelemetryOptions.Section, typeof(TelemetryOptions));
        root.At("Logging").Add("LogLevel", SettingsNode.Of(typeof(Dictionary<string, LogLevel>)));
        root.Add("Kestrel", SettingsNode.Foreign());
        foreach (var key in Elsewhere.Keys)
        {
            var colon = key.LastIndexOf(':');
            root.At(key[..colon]).Remove(key[(colon + 1)..]);
        }

        return root;

        void Add(string section, Type options) => root.At(section).AddPropertiesOf(options);
    }
}
