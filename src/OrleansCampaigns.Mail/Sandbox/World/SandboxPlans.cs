using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OrleansCampaigns.Mail.Sandbox.World;

/// <summary>Decides what comes back for a message, and when: the same for the same seed and recipient.</summary>
internal sealed class SandboxPlans(SandboxWorldOptions options, TimeProvider clock)
{
    private const string Person = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    // Apple's fetches everything beforehand and says so; Gmail's also fetches for people: only its haste gives it away.
    private const string ApplesProxy = "Mozilla/5.0";
    private const string GmailsProxy =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";

    // People are slower than any window within which an opening is a machine's; bounces and machines may be at once.
    private const double PeopleMinutesMin = 40;
    private const double PeopleMinutesMax = 80;
    private const double PauseMinutesMin = 10;
    private const double BounceMinutesMax = 30;
    private const double MachineMinutesMax = 2;

    /// <summary>What comes back, in order.</summary>
    public IReadOnlyList<SandboxStep> For(SandboxRule rule, ReceivedMail mail)
    {
        var random = RandomFor(mail);
        if (rule.Stage == SandboxStage.Later)
        {
            return rule.ShowsIn(mail.Attempt) ? Bounce(rule, mail, random) : [];
        }

        return rule.Reaction switch
        {
            SandboxReaction.None => [],
            SandboxReaction.Delay => Message(SandboxSignalKind.DelayNotice, mail, random, write => write.DelayNotice()),
            SandboxReaction.Vacation => Message(SandboxSignalKind.AutoReply, mail, random, write => write.Vacation()),
            SandboxReaction.Complain => Complaint(mail, random, random.Next(3) == 0
                ? (write, to) => write.Complaint(to, redacted: true)
                : (write, to) => write.Complaint(to, redacted: false)),
            SandboxReaction.ComplainAtHotmail => Complaint(mail, random, (write, to) => write.HotmailComplaint(to)),
            SandboxReaction.Read => Read(mail, random),
            SandboxReaction.ReadAndClick => [.. Opening(mail, random), .. Clicks(mail, random, PauseMinutesMin)],
            SandboxReaction.Click => Clicks(mail, random, Between(random, PeopleMinutesMin, PeopleMinutesMax)),
            SandboxReaction.Leave => Leave(mail, random),
            SandboxReaction.LeaveByMail => LeaveByMail(mail, random),
            SandboxReaction.Scan => Scan(mail, random),
            SandboxReaction.Prefetch => Prefetch(mail, random),
            SandboxReaction.Forge => Forge(mail, random),
            _ => throw new ArgumentOutOfRangeException(nameof(rule), rule.Reaction, "Unknown reaction."),
        };
    }

    // Not the built-in hash of strings: it differs from process to process.
    private Random RandomFor(ReceivedMail mail)
    {
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{options.Seed}:{mail.Recipient.ToLowerInvariant()}:{mail.Attempt}");
        return new(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(name))));
    }

    private List<SandboxStep> Bounce(SandboxRule rule, ReceivedMail mail, Random random)
    {
        var form = random.Next(4);
        var delay = random.NextDouble() * BounceMinutesMax;
        return Message(SandboxSignalKind.Bounce, mail, random, delay, write => form switch
        {
            0 => write.QmailBounce(rule.Code, rule.Text),
            1 => write.EximBounce(rule.Code, rule.Text),
            _ => write.Report(rule.Code, rule.Text),
        });
    }

    private List<SandboxStep> Message(
        SandboxSignalKind kind, ReceivedMail mail, Random random, Func<ReturnedMessages, byte[]> write) =>
        Message(kind, mail, random, random.NextDouble() * BounceMinutesMax, write);

    private List<SandboxStep> Message(
        SandboxSignalKind kind,
        ReceivedMail mail,
        Random random,
        double delay,
        Func<ReturnedMessages, byte[]> write)
    {
        var content = write(Writer(mail, random, delay));
        return Perhaps(new MessageAction(kind, "", mail.Sender, content), delay, random);
    }

    private List<SandboxStep> Complaint(
        ReceivedMail mail, Random random, Func<ReturnedMessages, string, byte[]> write)
    {
        var to = options.ComplaintsTo ?? $"complaints@{mail.Sender[(mail.Sender.LastIndexOf('@') + 1)..]}";
        var delay = Between(random, PauseMinutesMin, PeopleMinutesMax);
        var content = write(Writer(mail, random, delay), to);
        return Perhaps(
            new MessageAction(SandboxSignalKind.Complaint, "feedback@provider.example", to, content), delay, random);
    }

    private static List<SandboxStep> Read(ReceivedMail mail, Random random)
    {
        var steps = Opening(mail, random);
        if (steps.Count > 0 && random.Next(3) == 0)
        {
            steps.Add(steps[0] with { AfterMinutes = Between(random, PauseMinutesMin, 2 * PauseMinutesMin) });
        }

        return steps;
    }

    private static List<SandboxStep> Opening(ReceivedMail mail, Random random)
    {
        var delay = Between(random, PeopleMinutesMin, PeopleMinutesMax);
        return mail.Pixel is { } pixel ? [new(delay, Get(SandboxSignalKind.Open, pixel, Person))] : [];
    }

    private static List<SandboxStep> Clicks(ReceivedMail mail, Random random, double delay)
    {
        var steps = new List<SandboxStep>();
        if (mail.Links.Count == 0)
        {
            return steps;
        }

        steps.Add(new(delay, Click()));
        if (random.Next(2) == 0)
        {
            steps.Add(new(Between(random, PauseMinutesMin, 2 * PauseMinutesMin), Click()));
        }

        return steps;

        RequestAction Click() =>
            Get(SandboxSignalKind.Click, mail.Links[random.Next(mail.Links.Count)], Person);
    }

    private List<SandboxStep> Leave(ReceivedMail mail, Random random) =>
        mail is { UnsubscribeUrl: { } url, OffersOneClick: true }
            ? Perhaps(OneClick(url), Between(random, PauseMinutesMin, PeopleMinutesMax), random)
            : [];

    private List<SandboxStep> LeaveByMail(ReceivedMail mail, Random random)
    {
        if (mail.UnsubscribeMail is not { } offer)
        {
            return [];
        }

        // RFC 6068: the address, then perhaps fields.
        var to = Uri.UnescapeDataString(offer.GetComponents(
            UriComponents.UserInfo | UriComponents.Host, UriFormat.UriEscaped));
        var subject = offer.Query.TrimStart('?').Split('&')
            .FirstOrDefault(field => field.StartsWith("subject=", StringComparison.OrdinalIgnoreCase))?[8..];
        var delay = Between(random, PauseMinutesMin, PeopleMinutesMax);
        var content = Writer(mail, random, delay).Unsubscribe(to, Uri.UnescapeDataString(subject ?? "unsubscribe"));
        return Perhaps(
            new MessageAction(SandboxSignalKind.UnsubscribeMail, mail.Recipient, to, content), delay, random);
    }

    private static List<SandboxStep> Prefetch(ReceivedMail mail, Random random)
    {
        var agent = random.Next(2) == 0 ? ApplesProxy : GmailsProxy;
        var delay = random.NextDouble() * MachineMinutesMax;
        return mail.Pixel is { } pixel
            ? [new(delay, Get(SandboxSignalKind.Open, pixel, agent) with { IsMachine = true })]
            : [];
    }

    // Everything at once, also what would unsubscribe if GET did (RFC 8058 §1 is about just that).
    private static List<SandboxStep> Scan(ReceivedMail mail, Random random) =>
    [
        new(random.NextDouble() * MachineMinutesMax, [.. Everything(mail, HttpMethod.Head)]),
        new(0, [.. Everything(mail, HttpMethod.Get)]),
    ];

    private static IEnumerable<SandboxAction> Everything(ReceivedMail mail, HttpMethod method)
    {
        var urls = mail.Links.Select(link => (Kind: SandboxSignalKind.Click, Url: link))
            .Concat(Offered(SandboxSignalKind.Look, mail.UnsubscribeUrl));
        if (method == HttpMethod.Get)
        {
            urls = urls.Concat(Offered(SandboxSignalKind.Open, mail.Pixel));
        }

        return urls.Select(asked => new RequestAction(asked.Kind, method, asked.Url, Person) { IsMachine = true });

        static IEnumerable<(SandboxSignalKind Kind, Uri Url)> Offered(SandboxSignalKind kind, Uri? url) =>
            url is null ? [] : [(kind, url)];
    }

    private List<SandboxStep> Forge(ReceivedMail mail, Random random)
    {
        var delay = random.NextDouble() * BounceMinutesMax;
        var writer = new ReturnedMessages(mail, Number(random), clock.GetUtcNow())
        {
            ReturnPath = Tampering.OfAddress(mail.Sender, random),
            ReturnedHeader = mail.MessageId.Length == 0 ? mail.Header : mail.Header.Replace(
                mail.MessageId, Tampering.OfToken(mail.MessageId, random), StringComparison.Ordinal),
        };
        List<SandboxAction> actions =
        [
            new MessageAction(
                SandboxSignalKind.Bounce, "", writer.ReturnPath, writer.Report(550,
                    "5.1.1 The mailbox does not exist")),
        ];
        if (mail.Pixel is { } pixel)
        {
            actions.Add(Get(SandboxSignalKind.Open, Tampering.OfUrl(pixel, random), Person));
        }

        actions.AddRange(mail.Links.Select(link =>
            Get(SandboxSignalKind.Click, Tampering.OfUrl(link, random), Person)));
        if (mail.UnsubscribeUrl is { } unsubscribe)
        {
            actions.Add(OneClick(Tampering.OfUrl(unsubscribe, random)));
        }

        return [new(delay, [.. actions.Select(action => action with { IsForged = true })])];
    }

    // Servers whose connection breaks before the last reply deliver again, the very same.
    private List<SandboxStep> Perhaps(SandboxAction action, double delay, Random random)
    {
        var steps = new List<SandboxStep> { new(delay, action) };
        if (random.NextDouble() < options.RepeatShare)
        {
            steps.Add(new(Between(random, 1, 5), action with { IsRepeat = true }));
        }

        return steps;
    }

    private ReturnedMessages Writer(ReceivedMail mail, Random random, double delay) =>
        new(mail, Number(random), clock.GetUtcNow() + (options.Minute * delay));

    private static string Number(Random random) => $"{random.NextInt64():x16}{random.NextInt64():x16}";

    private static double Between(Random random, double least, double most) =>
        least + (random.NextDouble() * (most - least));

    private static RequestAction Get(SandboxSignalKind kind, Uri url, string userAgent) =>
        new(kind, HttpMethod.Get, url, userAgent);

    private static RequestAction OneClick(Uri url) =>
        new(SandboxSignalKind.OneClick, HttpMethod.Post, url, Person, "List-Unsubscribe=One-Click");
}
