using System.Text;
using OrleansCampaigns.Mail.Inbound;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Inbound;

/// <summary>Whatever a client sends, the reader of its connection passes it on in bounded time and room.</summary>
public sealed class InboundFuzzTests
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);

    private static readonly string[] Pieces =
    [
        "EHLO x\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<postmaster>\r\n", "rcpt to: <Postmaster>\r\n", "RCPT TO:<",
        "DATA\r\n", ".\r\n", "\r\n.\r\n", "\r\n.", "\r", "\n", ".", "..\r\n", "RSET\r\n", "BDAT 5 LAST\r\n", "\0",
        "<<<<", "postmaster", ">", " ", "\u00FF", "x",
    ];

    [Fact]
    public void Random_sessions_are_read_in_bounded_time_and_room()
    {
        var fuzz = Fuzz.Of(400);
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var sent = Session(fuzz.Random);
            var (chunk, isMessage) = (1 + fuzz.Random.Next(5_000), fuzz.Random.Next(2) == 0);
            fuzz.Take(round, TimeMax, () => ReadAll(sent, chunk, isMessage), () =>
                $"{sent.Length} octets, {Convert.ToBase64String(sent.AsSpan(0, Math.Min(300, sent.Length)))}");
        }
    }

    private static void ReadAll(byte[] sent, int chunk, bool isMessage)
    {
        var limits = new InboundLimits(200_000, TimeSpan.FromMinutes(1))
        {
            KeptOctetsMax = 20_000,
            PostmasterDomain = "news.example",
        };
        var clock = new ManualClock();
        var isDropped = false;
        using var client = new Client(sent, chunk);
        using var stream = new InboundStream(
            client, limits, clock.GetUtcNow().AddHours(1), clock, () => isDropped = true);
        if (isMessage)
        {
            Now(stream.WriteAsync("354 go on\r\n"u8.ToArray()));
        }

        var (buffer, passed) = (new byte[4_096], 0L);
        try
        {
            for (int read; (read = Now(stream.ReadAsync(buffer))) > 0;)
            {
                passed += read;
            }
        }
        catch (IOException)
        {
            Assert.True(isDropped);
        }

        // What is passed on is what was sent, but for the domain of a postmaster.
        Assert.True(passed <= 2 * (sent.Length + 100), $"{passed} octets of {sent.Length} were passed on.");
        Assert.True(stream.MessageOctets <= (2L * limits.MessageOctetsMax) + chunk);
    }

    private static void Now(ValueTask task) => Assert.True(task.IsCompletedSuccessfully);

    // Nothing waits here, so that all of it stays on the thread that is measured.
    private static T Now<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    private static byte[] Session(Random random)
    {
        var text = new StringBuilder();
        for (var i = random.Next(60); i > 0; i--)
        {
            var piece = Pieces[random.Next(Pieces.Length)];
            var times = random.Next(12) == 0 ? random.Next(20_000) : 1;
            text.Insert(text.Length, piece, times);
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private sealed class Client(byte[] sent, int chunk) : MemoryStream(sent, writable: false)
    {
        public override bool CanWrite => true;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span[..Math.Min(chunk, buffer.Length)]));

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
