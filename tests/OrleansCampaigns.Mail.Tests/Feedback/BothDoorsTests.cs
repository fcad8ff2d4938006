using System.Text;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.TestKit;
using OrleansCampaigns.TestKit.Replies;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>The same text gives the same answer in a reply to us and in a message that brings it back.</summary>
public class BothDoorsTests
{
    private const int ColumnsMax = 76;

    public static TheoryData<string> Kinds => [.. ReplyCases.All.Select(reply => reply.Kind).Distinct()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_report_says_what_the_reply_says(string kind) =>
        AssertSame(ReplyCases.All.Where(reply => reply.Kind == kind).Select(reply => reply.Reply), Report);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_notice_in_words_says_what_the_reply_says(string kind) =>
        AssertSame(ReplyCases.All.Where(reply => reply.Kind == kind).Select(reply => reply.Reply), Notice);

    [Fact]
    public void Labelled_replies_say_the_same_in_a_report() => AssertSame(Labelled(), Report);

    [Fact]
    public void Labelled_replies_say_the_same_in_a_notice() => AssertSame(Labelled(), Notice);

    private static IEnumerable<string> Labelled()
    {
        Assert.SkipUnless(Corpus.Folder is not null, Corpus.Missing);
        string?[] files = [Corpus.Find("corpus", "replies.csv"), Corpus.Find("corpus2", "smtp_replies.csv")];
        return files.OfType<string>()
            .SelectMany(Csv.Read)
            .Select(row => row["reply"].ReplaceLineEndings(" ").Trim())

            // A bounce quotes a refusal; what has no code of one may be anything.
            .Where(reply => SmtpReplyParser.Parse(reply).Code >= 400);
    }

    private static void AssertSame(IEnumerable<string> replies, Func<string, string> message)
    {
        var different = new List<string>();
        foreach (var reply in replies)
        {
            var told = ReplyClassifier.Explain(SmtpReplyParser.Parse(reply));
            var reading = FeedbackReader.Read(Encoding.UTF8.GetBytes(message(reply)));
            var recipient = reading.Recipients.Count > 0 ? reading.Recipients[0] : null;
            if ((recipient?.Outcome, recipient?.Cause) != (told.Classification.Outcome, told.Classification.Cause))
            {
                different.Add(
                    $"{reply}\n  reply: {told.Classification.Outcome}/{told.Classification.Cause}, {told.Why}\n"
                    + $"  message: {reading.Kind}, {recipient?.Outcome}/{recipient?.Cause}, {recipient?.Why}");
            }
        }

        Assert.True(different.Count == 0, string.Join('\n', different));
    }

    /// <summary>A delivery-status report (RFC 3464) with the reply as its diagnostic.</summary>
    private static string Report(string reply) => $"""
        Return-Path: <>
        From: MAILER-DAEMON@relay.news.example
        To: b-1@bounces.news.example
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary=part

        --part
        Content-Type: text/plain; charset=utf-8

        Your e-mail is returned to you.

        --part
        Content-Type: message/global-delivery-status; charset=utf-8

        Reporting-MTA: dns; relay.news.example

        Final-Recipient: rfc822; jo@example.org
        Action: failed
        Status: {SmtpReplyParser.Parse(reply).EnhancedCode ?? $"{reply[0]}.0.0"}
        Diagnostic-Code: smtp; {Folded(reply, " ")}

        --part--

        """;

    /// <summary>What Postfix tells people.</summary>
    private static string Notice(string reply) => $"""
        Return-Path: <>
        From: MAILER-DAEMON@relay.news.example
        To: b-1@bounces.news.example
        Subject: Undelivered Mail Returned to Sender
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8

        Your e-mail is returned to you.

        {Folded($"<jo@example.org>: host mx.example.org[192.0.2.44] said: {reply}", "    ")}

        """;

    private static string Folded(string text, string indent)
    {
        var folded = new StringBuilder();
        var column = 0;
        foreach (var word in text.Split(' '))
        {
            if (column > 0 && column + word.Length > ColumnsMax)
            {
                folded.Append('\n').Append(indent);
                column = indent.Length;
            }
            else if (folded.Length > 0)
            {
                folded.Append(' ');
            }

            folded.Append(word);
            column += word.Length + 1;
        }

        return folded.ToString();
    }
}
