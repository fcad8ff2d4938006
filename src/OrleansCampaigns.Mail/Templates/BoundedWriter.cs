using System.Text;

namespace OrleansCampaigns.Mail.Templates;

/// <summary>Takes what a template writes, up to a limit.</summary>
/// <param name="lengthMax">The limit, in characters.</param>
/// <param name="lengthExpected">About how long the text becomes.</param>
internal sealed class BoundedWriter(int lengthMax, int lengthExpected = 0) : TextWriter
{
    private readonly StringBuilder text = new(lengthExpected);

    public override Encoding Encoding => Encoding.Unicode;

    /// <summary>How much was written.</summary>
    public int Length => text.Length;

    /// <summary>Whether more was written than allowed.</summary>
    public bool IsFull { get; private set; }

    public override void Write(char value)
    {
        Claim(1);
        text.Append(value);
    }

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        Claim(buffer.Length);
        text.Append(buffer);
    }

    public override void Write(string? value) => Write(value.AsSpan());

    public override string ToString() => text.ToString();

    private void Claim(int count)
    {
        if (text.Length + count > lengthMax)
        {
            IsFull = true;
            throw new InvalidOperationException("The rendered text is too long.");
        }
    }
}
