using System.Text;

namespace OrleansCampaigns.Storage.Tests.Imports;

/// <summary>Files that nobody would write on purpose; the same for the same seed.</summary>
internal static class HostileCsv
{
    private static readonly string[] Pieces =
    [
        ",", ";", "\"", "\"\"", "\n", "\r", "\r\n", "\0", "a@example.com", "b@example.com", "x", " ", "\t", "=cmd()", "Ä",
        "\ufeff", "\u2028", "@", "a b", "\u0001", "'", "😀", ",,", "\",\"", "\n\"",
    ];

    /// <summary>Pieces of CSV in any order, and some bytes that are no text.</summary>
    public static byte[] Bytes(Random random, int pieces)
    {
        var bytes = new MemoryStream();
        for (var i = 0; i < pieces; i++)
        {
            if (random.Next(40) == 0)
            {
                bytes.WriteByte((byte)random.Next(256));
            }
            else
            {
                bytes.Write(Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
            }
        }

        return bytes.ToArray();
    }

    /// <summary>A cell that no quoting can be too careful with; it never begins a blank line.</summary>
    public static string Cell(Random random)
    {
        string[] cells = ["x", "a,b", "say \"hi\"", "two\nlines", "two\r\nlines", "\"", "Ä😀", " y ", ",", "tail\""];
        return "c" + string.Concat(random.GetItems(cells, random.Next(3)));
    }
}
