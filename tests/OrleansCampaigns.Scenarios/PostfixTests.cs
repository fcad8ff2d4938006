using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MimeKit;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>A real mail server as the relay: what it stored is what the recipients read.</summary>
[Trait("Needs", "Postfix")]
[Trait("Speed", "slow")]
public sealed class PostfixTests
{
    private const int Recipients = 500;
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task A_campaign_through_Postfix_is_stored_right_and_its_signatures_verify()
    {
        Assert.SkipWhen(Postfix.Missing is not null, Postfix.Missing ?? "");
        Assert.SkipUnless(
            File.Exists("/usr/bin/dkimverify"), "dkimpy is not installed (apt-get install python3-dkim).");

        // Of every ten, one is unknown; three have a full mailbox.
        var all = Enumerable.Range(0, Recipients).ToList();
        var existing = all.Where(i => i % 10 != 9).Select(Name).ToList();
        var full = new[] { Name(0), Name(10), Name(20) };
        await using var postfix = await Postfix.Start(existing, full);
        using var key = RSA.Create(2048);
        var keyFile = Path.GetTempFileName();
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        await using var server = new ServerProcess(postfix.Port, new()
        {
            ["Mail:Dkim:0:Domain"] = "sender.example",
            ["Mail:Dkim:0:Selector"] = "s1",
            ["Mail:Dkim:0:PrivateKeyPath"] = keyFile,
        });
        await server.Start();
        var rows = all.Select(
            i => $"{Name(i)}@receiver.example,\"Müller, Nr. {i}\",Zoë{i},{(i % 2 == 0 ? "Wien" : "東京")}");
        var list = await server.Import(string.Join('\n', rows.Prepend("address,name,first_name,city")));
        var campaign = await server.Draft(list, Recipients, Changes());

        await server.Post($"campaigns/{campaign}/start");
        var statistics = await server.Ended(campaign);

        Counts.AssertSound(statistics);
        Assert.Equal(447, statistics.Outcome("Sent"));
        Assert.Equal(53, statistics.Outcome("Bounced"));
        Assert.Equal(50, (long)statistics["causes"]!["no-such-mailbox"]!);
        Assert.Equal(3, (long)statistics["causes"]!["mailbox-full"]!);
        await Eventually.Holds("Postfix has stored every message", () => postfix.Messages().Count == 447);
        var stored = postfix.Messages();
        Assert.Equal(existing.Except(full).Order(), stored.Select(message => message.Mailbox).Order());
        foreach (var (mailbox, file) in stored)
        {
            await AssertMessage(mailbox, file);
        }

        await AssertSigned(stored.Select(message => message.File), key);
        Assert.Equal(447, stored.Select(message => MimeMessage.Load(message.File).MessageId).Distinct().Count());
    }

    private static JsonObject Changes() => new()
    {
        ["sender"] = new JsonObject
        {
            ["address"] = "news@sender.example",
            ["name"] = "Ünïcode News",
            ["replyTo"] = "desk@sender.example"
        },
        ["content"] = new JsonObject
        {
            ["subject"] = "Grüße nach {{city}}, {{first_name}}",
            ["html"] =
                "<p>Hallo {{first_name}} &amp; Co in {{city}}</p><p><a "
                    + "href=\"https://news.example/a?b=1&amp;c=2\">Mehr</a></p>",
        },
        ["timeZone"] = "America/St_Johns",
    };

    private static async Task AssertMessage(string mailbox, string file)
    {
        var number = int.Parse(mailbox.AsSpan(4), CultureInfo.InvariantCulture);
        var city = number % 2 == 0 ? "Wien" : "東京";
        var message = await MimeMessage.LoadAsync(file);
        Assert.Equal($"Grüße nach {city}, Zoë{number}", message.Subject);
        Assert.Equal("Ünïcode News", message.From.Mailboxes.Single().Name);
        Assert.Equal("desk@sender.example", message.ReplyTo.Mailboxes.Single().Address);
        Assert.Equal($"{mailbox}@receiver.example", message.To.Mailboxes.Single().Address);
        Assert.Equal($"Müller, Nr. {number}", message.To.Mailboxes.Single().Name);
        Assert.EndsWith("@sender.example", message.MessageId, StringComparison.Ordinal);
        Assert.Contains($"Hallo Zoë{number} &amp; Co in {city}", message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains($"Hallo Zoë{number} & Co in {city}", message.TextBody, StringComparison.Ordinal);
        Assert.Contains("https://news.example/a?b=1&c=2", message.TextBody, StringComparison.Ordinal);

        // Newfoundland is the zone that whole hours get wrong.
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns");
        Assert.Equal(zone.GetUtcOffset(message.Date), message.Date.Offset);
        Assert.NotEqual(0, message.Date.Offset.Minutes);
        Assert.InRange(
            message.Date, TimeProvider.System.GetUtcNow().AddMinutes(
                -5), TimeProvider.System.GetUtcNow().AddSeconds(2));
    }

    // dkimpy shares no code with what signed; the key comes from a file instead of the DNS.
    private static async Task AssertSigned(IEnumerable<string> files, RSA key)
    {
        var script = Path.GetTempFileName();
        await File.WriteAllTextAsync(script, """
            import sys, dkim
            record = ("v=DKIM1; k=rsa; p=" + sys.argv[1]).encode()
            def lookup(name, timeout=5):
                assert name in (b"s1._domainkey.sender.example.", "s1._domainkey.sender.example."), name
                return record
            bad = 0
            for path in sys.stdin.read().split("\n"):
                data = open(path, "rb").read()
                # What Postfix put in front of the message is not signed: verification must not depend on it.
                if not dkim.verify(data, dnsfunc=lookup): bad += 1; print("bad", path)
                # A letter changed in the body must break the signature.
                if dkim.verify(data.replace(b"Hallo", b"Hullo"), dnsfunc=lookup) and b"Hallo" in data:
                    bad += 1; print("blind", path)
            print("bad:", bad)

            """);
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(Python)
        {
            ArgumentList = { script, Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()) },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(string.Join('\n', files));
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(output.TrimEnd() == "bad: 0", $"{output}\n{await errors}");
    }

    private static string Name(int i) => $"user{i}";
}
