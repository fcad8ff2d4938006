using System.Text.RegularExpressions;

namespace OrleansCampaigns.Architecture.Tests;

/// <summary>Finds methods by counting braces: a block with parentheses in its head, directly inside a type.</summary>
internal static partial class MethodLengths
{
    public sealed record Method(string Path, string Head, int Line, int Length);

    private readonly record struct Block(string Head, int Line, bool IsType);

    public static IEnumerable<Method> Of(SourceFile source)
    {
        var blocks = new Stack<Block>();
        var head = "";
        var headLine = 1;
        for (var line = 1; line <= source.Code.Count; line++)
        {
            foreach (var c in source.Code[line - 1])
            {
                if (c == '{')
                {
                    var text = Attributes().Replace(head, " ").Trim();
                    blocks.Push(new(text, headLine, Type().IsMatch(text)));
                    head = "";
                }
                else if (c == '}' && blocks.TryPop(out var block))
                {
                    if (!block.IsType && blocks.TryPeek(out var outer) && outer.IsType && IsMethod(block.Head))
                    {
                        yield return new(source.Path, block.Head, block.Line, line - block.Line + 1);
                    }

                    head = "";
                }
                else if (c == ';')
                {
                    head = "";
                }
                else if (head.Length > 0 || !char.IsWhiteSpace(c))
                {
                    headLine = head.Length == 0 ? line : headLine;
                    head += c;
                }
            }

            head = head.Length > 0 ? head + ' ' : head;
        }
    }

    // A field that is given a value has a "=" before its first parenthesis; a method has none.
    private static bool IsMethod(string head)
    {
        var parenthesis = head.IndexOf('(', StringComparison.Ordinal);
        return parenthesis > 0 && !head[..parenthesis].Contains('=', StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\s*(\[[^\]]*\]\s*)+")]
    private static partial Regex Attributes();

    [GeneratedRegex(@"^((public|internal|private|protected|static|sealed|abstract|partial|readonly|ref|file)\s+)*"
        + @"(class|record|struct|interface|enum|namespace)\s")]
    private static partial Regex Type();
}
