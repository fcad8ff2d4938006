using System.Text;
using MimeKit;
using MimeKit.Encodings;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

/// <summary>What RFC 2045 §6.7 asks of quoted-printable, for texts that are awkward on purpose.</summary>
public sealed class BodyEncodingTests
{
    private static readonly string[] Pieces =
    [
        "a", "word ", " ", "\t", ".", "..", "From ", "=", "=3D", "é", "\0", "\r\n", "\r\n", "\n", "\r\n.", "\r\nFrom ",
        new('x', 70), new('x', 75), new('x', 76), new('x', 77), new(' ', 75), new('é', 13), "x.From ",
    ];

    [Fact]
    public void What_is_encoded_arrives_as_it_was_and_every_server_can_pass_it_on()
    {
        var random = new Random(20261125);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(
                Enumerable.Range(0, random.Next(1, 12)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var (octets, encoding) = EncodedBody.OfText(text);
            var sent = Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

            Assert.EndsWith("\r\n", Encoding.ASCII.GetString(octets), StringComparison.Ordinal);
            Assert.Equal(sent, Decode(octets, encoding));
            if (encoding != ContentEncoding.Base64)
            {
                AssertSafe(Encoding.Latin1.GetString(octets));
            }
        }
    }

    [Theory]
    [InlineData(76, "=\r\n", false)]
    [InlineData(77, "=\r\n", true)]
    public void A_line_is_broken_only_where_it_is_too_long(int length, string softBreak, bool isBroken)
    {
        var (octets, _) = EncodedBody.OfText(new string('x', length) + "\r\né\r\n");

        Assert.Equal(isBroken, Encoding.ASCII.GetString(octets).Contains("x" + softBreak, StringComparison.Ordinal));
    }

    private static void AssertSafe(string text)
    {
        Assert.All(text, c => Assert.InRange(c, '\t', '~'));
        foreach (var line in text[..^2].Split("\r\n"))
        {
            Assert.InRange(line.Length, 0, 76);
            Assert.DoesNotContain('\n', line);
            Assert.False(line.EndsWith(' ') || line.EndsWith('\t'), "A blank at the end of a line does not arrive.");
            Assert.False(line.StartsWith("From ", StringComparison.Ordinal), "It would become >From.");
        }
    }

    private static byte[] Decode(byte[] octets, ContentEncoding encoding)
    {
        if (encoding == ContentEncoding.SevenBit)
        {
            return octets;
        }

        IMimeDecoder decoder = encoding == ContentEncoding.Base64 ? new Base64Decoder() : new QuotedPrintableDecoder();
        var decoded = new byte[decoder.EstimateOutputLength(octets.Length)];
        return decoded[..decoder.Decode(octets, 0, octets.Length, decoded)];
    }
}
