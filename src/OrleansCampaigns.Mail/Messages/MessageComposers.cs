using Microsoft.Extensions.Options;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.Grains.Delivery;
using OrleansCampaigns.Mail.Messages.Tracking;
using OrleansCampaigns.Mail.Messages.Warnings;
using OrleansCampaigns.Mail.Relays;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Checks and compiles campaigns.</summary>
internal sealed class MessageComposers : IMessageComposers
{
    private readonly MailOptions options;
    private readonly TrackingOptions tracking;
    private readonly RecipientTokens tokens;
    private readonly Dictionary<string, DkimKey> keys;

    public MessageComposers(
        IOptions<MailOptions> options, IOptions<TrackingOptions> tracking, RecipientTokens tokens)
    {
        this.options = options.Value;
        this.tracking = tracking.Value;
        this.tokens = tokens;
        keys = this.options.Dkim
            .Select((dkim, index) => DkimKey.Load($"Mail:Dkim:{index}", dkim))
            .Select(loaded => loaded.Key ?? throw new InvalidOperationException(loaded.Problem))
            .GroupBy(key => key.Domain)
            .ToDictionary(group => group.Key, group => group.First());
    }

    public CompiledContent Compile(CampaignId campaign, CampaignDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);

        var problems = new List<Refusal>();
        var sender = CampaignSender.Check(definition.Sender, options.ReturnPath, problems);
        var timeZone = CheckTimeZone(definition.TimeZone, problems);
        var cids = CidReferences.Find(definition.Content.Html);
        var attachments = AttachmentCheck.Prepare(definition.Content.Attachments, cids, problems);
        var templates = CampaignTemplates.Compile(
            definition, RouteTable.ReadPublicUrl(tracking) is not null, tracking.HiddenLink, problems);
        var provider = FindProvider(definition.Relay);
        IReadOnlyList<Refusal> warnings =
        [
            .. ContentWarnings.Of(definition.Content, cids, templates),
            .. FindUnsigned(sender, provider),
        ];
        if (problems.Count > 0 || sender is null || timeZone is null || templates is null)
        {
            return new CompiledContent(null, problems) { Warnings = warnings };
        }

        var envelope = new CampaignEnvelope(
            campaign,
            sender,
            attachments,
            timeZone,
            keys.GetValueOrDefault(sender.Domain),
            provider,
            ListIds.Of(definition, sender.Domain));
        var routes = new RouteTable(campaign, sender, options, tracking, tokens);
        return new CompiledContent(new MessageComposer(envelope, templates, routes), []) { Warnings = warnings };
    }

    // A provider signs with keys of its own.
    private IEnumerable<Refusal> FindUnsigned(CampaignSender? sender, RelayProvider provider)
    {
        if (sender is not null && provider == RelayProvider.None && !keys.ContainsKey(sender.Domain))
        {
            yield return Refusal.Invalid(
                "sender.no_dkim",
                $"Mail:Dkim has no key for {sender.Domain}: unless the relay signs its messages, large receivers take "
                + "them for spam or refuse them.",
                "sender.address");
        }
    }

    // The first relay serves campaigns that name none.
    private RelayProvider FindProvider(string? relay) =>
        options.Relays.FirstOrDefault(known => relay is null
            || known.Name.Equals(relay, StringComparison.OrdinalIgnoreCase))?.Provider ?? RelayProvider.None;

    private static TimeZoneInfo? CheckTimeZone(string? name, List<Refusal> problems)
    {
        if (TimeZones.Find(name) is { } found)
        {
            return found;
        }

        problems.Add(Refusal.Invalid(
            "campaign.timezone", "The time zone must be a name of the IANA database, such as Europe/Vienna.",
            "timeZone"));
        return null;
    }
}
