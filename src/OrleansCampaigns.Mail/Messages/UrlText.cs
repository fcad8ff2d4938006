using System.Buffers;
using System.Text;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>Writes the target of a link such that a mail program finds its end in a text.</summary>
internal static class UrlText
{
    private static readonly SearchValues<char> Unfit = SearchValues.Create(" \t\r\n\f\"<>\u00A0");

    /// <summary>
    /// The target as a browser goes to it (URL standard §4.4): blanks, quotes and brackets percent-encoded, and line
    /// ends left out.
    /// </summary>
    public static string Write(string target)
    {
        if (target.AsSpan().IndexOfAny(Unfit) < 0)
        {
            return target;
        }

        var url = new StringBuilder(target.Length + 8);
        foreach (var c in target)
        {
            switch (c)
            {
                case '\t' or '\r' or '\n':
                    break;
                case ' ' or '\f' or '"' or '<' or '>':
                    url.Append(Uri.HexEscape(c));
                    break;
                case '\u00A0':
                    url.Append("%C2%A0");
                    break;
                default:
                    url.Append(c);
                    break;
            }
        }

        return url.ToString();
    }
}
