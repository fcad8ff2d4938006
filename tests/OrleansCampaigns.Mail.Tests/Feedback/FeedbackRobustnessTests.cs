using System.Text;
using OrleansCampaigns.Mail.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>Anyone may write to a return path: whatever arrives, reading it neither fails nor takes long.</summary>
public class FeedbackRobustnessTests
{
    private const int Seed = 20260303;
    private const int CutsPerLineEnd = 3;

    [Fact]
    public void Line_ends_make_no_difference()
    {
        foreach (var name in FeedbackSamples.Names)
        {
            AssertLineEndsMakeNoDifference(name, FeedbackSamples.Read(name));
        }
    }

    [Fact]
    public void A_message_may_be_cut_off_anywhere()
    {
        foreach (var name in FeedbackSamples.Names)
        {
            var message = FeedbackSamples.Read(name);
            var whole = FeedbackReader.Read(message).Kind;
            for (var length = 0; length < message.Length; length++)
            {
                var kind = FeedbackReader.Read(message.AsSpan(0, length)).Kind;

                // Less of a harmless message is harmless, too.
                Assert.True(
                    whole is not (FeedbackKind.Other or FeedbackKind.AutoReply)
                    || kind is not (FeedbackKind.Bounce or FeedbackKind.Complaint) || name == "report-relayed",
                    $"{name} cut off at {length} becomes a {kind}.");
            }
        }
    }

    [Fact]
    public void Labelled_messages_may_be_re_encoded_and_cut_off()
    {
        Assert.SkipUnless(Corpus.Folder is not null, Corpus.Missing);
        var random = new Random(Seed);
        var files = Directory.EnumerateFiles(Corpus.Folder!, "*.eml", SearchOption.AllDirectories);
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var message = File.ReadAllBytes(file);
            AssertLineEndsMakeNoDifference(file, message);
            for (var lineEnds = 0; lineEnds < 3; lineEnds++)
            {
                var encoded = FeedbackSamples.WithLineEnds(message, lineEnds);
                for (var cut = 0; cut < CutsPerLineEnd; cut++)
                {
                    Assert.NotNull(FeedbackReader.Read(encoded.AsSpan(0, random.Next(encoded.Length + 1))));
                }
            }
        }
    }

    [Fact]
    public void A_labelled_message_may_be_cut_off_at_any_byte()
    {
        Assert.SkipUnless(Corpus.Folder is not null, Corpus.Missing);
        foreach (var (folder, kinds) in ((string, FeedbackKind[])[])
        [
            ("bounces", [FeedbackKind.Bounce]),
            ("complaints", [FeedbackKind.Complaint, FeedbackKind.AutoReply, FeedbackKind.Other]),
        ])
        {
            // The shortest of each kind, in each spelling of its line ends: at every byte.
            var messages = Directory.EnumerateFiles(Path.Combine(Corpus.Folder!, folder), "*.eml")
                .Select(file => (File: file, Octets: File.ReadAllBytes(file)))
                .OrderBy(message => message.Octets.Length)
                .GroupBy(message => FeedbackReader.Read(message.Octets).Kind)
                .ToDictionary(group => group.Key, group => group.First());
            foreach (var (file, octets) in kinds.Where(messages.ContainsKey).Select(kind => messages[kind]))
            {
                AssertCutAnywhere(file, octets);
            }
        }
    }

    [Fact]
    public void Altered_bytes_do_no_harm()
    {
        var random = new Random(Seed);
        foreach (var name in FeedbackSamples.Names)
        {
            var message = FeedbackSamples.Read(name);
            for (var round = 0; round < 40; round++)
            {
                var altered = (byte[])message.Clone();
                for (var i = 0; i < 1 + (round / 2); i++)
                {
                    altered[random.Next(altered.Length)] = (byte)random.Next(256);
                }

                Assert.NotNull(FeedbackReader.Read(altered));
            }
        }
    }

    [Fact]
    public void Recipients_are_bounded()
    {
        var groups = string.Concat(Enumerable.Range(0, 5_000)
            .Select(i => $"Final-Recipient: rfc822; a{i}@example.org\nAction: failed\nStatus: 5.1.1\n\n"));
        var report = $"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            + $"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n{groups}\n--b--\n";
        var text = "From: MAILER-DAEMON@x\nSubject: failure notice\n\nNot delivered:\n\n"
            + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"<a{i}@example.org>: no such user\n"));

        Assert.Equal(100, FeedbackReader.Read(Encoding.UTF8.GetBytes(report)).Recipients.Count);
        Assert.InRange(FeedbackReader.Read(Encoding.UTF8.GetBytes(text)).Recipients.Count, 1, 100);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var message = new StringBuilder();
        for (var i = 0; i < 5_000; i++)
        {
            message.Append("From: MAILER-DAEMON@x\nSubject: Returned mail\nContent-Type: ").Append(i % 2 == 0
                ? "message/rfc822\n\n"
                : $"multipart/mixed; boundary=b{i}\n\n--b{i}\n");
        }

        Assert.NotNull(FeedbackReader.Read(Encoding.UTF8.GetBytes(message.ToString())));
    }

    [Fact]
    public void Of_a_huge_message_the_beginning_is_read()
    {
        var beginning = FeedbackSamples.Read("text-qmail");
        using var huge = new MemoryStream();
        huge.Write(beginning);
        huge.Write(new byte[8 * 1024 * 1024]);
        huge.Position = 0;

        var reading = FeedbackReader.Read(huge);

        Assert.Equal(2, reading.Recipients.Count);
        Assert.InRange(huge.Position, beginning.Length, 2 * 1024 * 1024);
    }

    private static void AssertCutAnywhere(string file, byte[] message)
    {
        for (var lineEnds = 0; lineEnds < 3; lineEnds++)
        {
            var encoded = FeedbackSamples.WithLineEnds(message, lineEnds);
            for (var length = 0; length <= encoded.Length; length++)
            {
                var reading = FeedbackReader.Read(encoded.AsSpan(0, length));
                Assert.True(Enum.IsDefined(reading.Kind), $"{file} cut off at {length}");
            }
        }
    }

    private static void AssertLineEndsMakeNoDifference(string name, byte[] message)
    {
        var readings = Enumerable.Range(0, 3)
            .Select(kind => FeedbackReader.Read(FeedbackSamples.WithLineEnds(message, kind)))
            .Select(reading => string.Join(" ", reading.Recipients
                .Select(recipient => $"{recipient.Kind}/{recipient.Recipient}/{recipient.Outcome}/{recipient.Cause}")
                .Prepend(reading.Kind.ToString())))
            .Distinct()
            .ToArray();
        Assert.True(readings.Length == 1, $"{name}: {string.Join(" | ", readings)}");
    }
}
