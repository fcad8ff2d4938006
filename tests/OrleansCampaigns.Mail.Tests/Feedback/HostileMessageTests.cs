using System.Text;
using OrleansCampaigns.Contracts;
using OrleansCampaigns.Contracts.Feedback;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>Messages that are made to hurt: each is read in bounded time, or set aside, and the next one is read.
/// </summary>
public class HostileMessageTests
{
    private const string Head = "From: MAILER-DAEMON@mx.example\r\nTo: b@ret.example\r\n"
        + "Subject: Undelivered Mail\r\nMIME-Version: 1.0\r\n";

    // Reading a message of a hundred thousand characters takes a few hundredths of a second.
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(2);

    public static TheoryData<string> Names => [.. Messages.Keys];

    private static Dictionary<string, string> Messages { get; } = new()
    {
        ["formatting elements"] = Html("<p>" + Repeat("<font a b c d e f g h>\n", 98) + "x" + Repeat("<p>x\n", 4_000)),
        ["unclosed tags"] = Html(Repeat("<b><i><div><span>", 8_000)),
        ["closing tags"] = Html(Repeat("<div>", 500) + Repeat("</x>", 25_000)),
        ["nested tables"] = Html(Repeat("<table><tr><td>x", 8_000)),
        ["links in links"] = Html(Repeat("<a href=x>y", 10_000)),
        ["attributes"] = Html("<p " + Repeat("a=b ", 30_000) + ">x"),
        ["angle brackets"] = Html(Repeat("<", 120_000)),
        ["comments"] = Html(Repeat("<!--", 30_000)),
        ["entities"] = Html(Repeat("&amp", 30_000)),
        ["blanks"] = Plain(Repeat(Repeat(" ", 2_050) + "\n", 60)),
        ["tabs"] = Plain(Repeat(Repeat("\t", 1_000) + "x" + Repeat("\t", 1_000) + "\n", 60)),
        ["addresses"] = Plain(Repeat("to" + Repeat("\v", 1_000) + "x " + Repeat("a@b.cc ", 140) + "\n", 60)),
        ["at signs"] = Plain(Repeat(Repeat("@", 2_000) + "\n", 60)),
        ["quotes"] = Plain(Repeat(Repeat("\"a\"@", 400) + "\n", 60)),
        ["brackets"] = Plain(Repeat(Repeat("<a", 1_000) + "@\n", 60)),
        ["replies"] = Plain(Repeat("550 5.1.1 <a@b.example>... " + Repeat("x ", 40) + "\n", 1_200)),
        ["reasons"] = Plain(Repeat("reason: " + Repeat("because of ", 8) + "\n", 1_200)),
        ["digits"] = Plain("550 5.1.1 " + Repeat("5.1.1", 20_000)),
        ["words"] = Plain(Repeat("mail message delivery ", 6_000)),
        ["parts"] = Head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + Repeat("--b\r\n\r\n", 100_000),
        ["fields"] = Head + Repeat("a: b\r\n", 150_000) + "\r\nx",
        ["folded fields"] = Head + "X: y\r\n" + Repeat(" z\r\n", 200_000) + "\r\nx",
        ["status groups"] = Head + "Content-Type: message/delivery-status\r\n\r\n"
            + Repeat("Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n\r\n", 10_000),
        ["brackets in JSON"] = Plain(Repeat("{\"a\":", 20_000)),
        ["texts in JSON"] = Plain("{\"Message\":\"" + Repeat("\\u0041", 20_000) + "\"}"),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Reading_takes_bounded_time(string name)
    {
        var message = Encoding.UTF8.GetBytes(Messages[name]);
        FeedbackReader.Read("Subject: Undelivered\r\n\r\n550 5.1.1 <a@b.example>: unknown"u8); // Warm.

        var taken = ProcessorTime.Of(() => Assert.NotNull(FeedbackReader.Read(message)));

        Assert.True(taken < TimeMax, $"{name} took {taken.TotalSeconds:0.00} s.");
    }

    [Theory]
    [InlineData("{\"Message\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"notificationType\":\"Bounce\"}")]
    [InlineData("{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":["
        + "{\"emailAddress\":\"\\udc00@x.example\"}]}}")]
    [InlineData("{\"notificationType\":\"Delivery\",\"delivery\":{\"recipients\":[\"\\ud800\"]}}")]
    [InlineData("{\"Message\":\"{\\\"notificationType\\\":\\\"\\\\ud800\\\"}\"}")]
    public async Task Half_a_surrogate_pair_in_JSON_is_no_fault(string json)
    {
        var sent = new SentCampaign();

        Assert.NotNull(await sent.Receive(Plain(json)));
        Assert.NotNull(await sent.Receive(Plain(json), SentCampaign.RosasReturnPath()));
    }

    [Theory]
    [InlineData("x\\x{fffe}@example.org")]
    [InlineData("x\\x{fdd0}@example.org")]
    [InlineData("x\\x{1ffff}@example.org")]
    [InlineData("<x\uFFFE@example.org>")]
    public async Task A_report_for_an_address_that_holds_no_characters_is_applied_all_the_same(string recipient)
    {
        var sent = new SentCampaign();
        var report = "From: MAILER-DAEMON@mx.example\r\nContent-Type: multipart/report; "
            + "report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            + "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: utf-8; "
            + recipient + "\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n";

        var receipt = await sent.Receive(report, SentCampaign.RosasReturnPath());

        Assert.Equal(1, receipt.Applied);
    }

    [Fact]
    public async Task What_cannot_be_applied_is_set_aside_by_doors_that_cannot_wait_unless_storage_is_away()
    {
        var sent = new SentCampaign();
        var message = Encoding.UTF8.GetBytes(SentCampaign.Sample("report-unknown-user"));
        sent.Feedback.Failure = () => new InvalidOperationException("A bug.");

        var receipt = await sent.Messages.Take(message, SentCampaign.RosasReturnPath(), "smtp");

        Assert.True(receipt.IsSetAside);
        Assert.Equal(SetAsideReasons.NotApplied, Assert.Single(sent.SetAside.Messages).Reason);
        sent.Feedback.Failure = () => new StorageUnavailableException("The disk is full.");
        await Assert.ThrowsAsync<StorageUnavailableException>(
            () => sent.Messages.Take(message, SentCampaign.RosasReturnPath(), "smtp"));
    }

    [Fact]
    public void Random_messages_are_read_in_bounded_time()
    {
        // An hour of it: set the variable to 100000.
        var fuzz = Fuzz.Of(300);
        var random = fuzz.Random;
        string[] pieces =
        [
            .. Messages.Values.Select(message => message[..Math.Min(300, message.Length)]), "\r\n", "\r\n\r\n",
            "--b\r\n",
            "Content-Type: text/html\r\n\r\n", "Content-Type: message/rfc822\r\n\r\n",
            "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n",
            "charset=utf-7", "charset=utf-16", "charset=iso-2022-jp", "=?utf-8?B?7aCA?=", "\u001b$B", "\uFFFE", "\0",
        ];
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var text = new StringBuilder(random.Next(2) == 0 ? Head : "");
            for (var i = random.Next(40); i >= 0; i--)
            {
                text.Append(Repeat(pieces[random.Next(pieces.Length)], random.Next(8) == 0 ? random.Next(200) : 1));
            }

            var message = Encoding.UTF8.GetBytes(text.ToString());
            for (var i = random.Next(5); i > 0; i--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            var taken = ProcessorTime.Of(() => FeedbackReader.Read(message));
            Assert.True(taken < TimeMax, $"Round {round}: {message.Length} octets took {taken.TotalSeconds:0.00} s.");
        }
    }

    private static string Html(string text) => Head + "Content-Type: text/html\r\n\r\n" + text;

    private static string Plain(string text) => Head + "Content-Type: text/plain\r\n\r\n" + text;

    private static string Repeat(string part, int count) => string.Concat(Enumerable.Repeat(part, count));
}
