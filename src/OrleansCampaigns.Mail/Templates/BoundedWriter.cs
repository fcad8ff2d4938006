using System.Buffers;
using System.Text;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Takes what a template writes, up to a limit. Its room is lent: it ends with <c>Dispose</c>.</summary>
/// <param name="lengthMax">The limit, in characters.</param>
/// <param name="lengthExpected">About how long the text becomes.</param>
internal sealed class BoundedWriter(int lengthMax, int lengthExpected = 0) : TextWriter
{
    private const int LengthMin = 256;

    private char[] text = ArrayPool<char>.Shared.Rent(Math.Max(LengthMin, lengthExpected));

    public override Encoding Encoding => Encoding.Unicode;

    /// <summary>How much was written.</summary>
    public int Length { get; private set; }

    /// <summary>Whether more was written than allowed.</summary>
    public bool IsFull { get; private set; }

    public override void Write(char value)
    {
        Claim(1)[0] = value;
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer) => buffer.CopyTo(Claim(buffer.Length));

    public override void Write(string? value) => Write(value.AsSpan());

    public override string ToString() => new(text, 0, Length);

    protected override void Dispose(bool disposing)
    {
        if (text.Length > 0)
        {
            ArrayPool<char>.Shared.Return(text);
            text = [];
        }

        base.Dispose(disposing);
    }

    private Span<char> Claim(int count)
    {
        if (Length + count > lengthMax)
        {
            IsFull = true;
            throw new InvalidOperationException("The rendered text is too long.");
        }

        if (Length + count > text.Length)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(Length + count, 2 * text.Length));
            text.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<char>.Shared.Return(text);
            text = larger;
        }

        var room = text.AsSpan(Length, count);
        Length += count;
        return room;
    }
}
