namespace OrleansCampaigns.Mail.Messages.Tracking;

/// <remarks>
/// Outlook reads what stands in a conditional comment (<c>&lt;!--[if mso]&gt;…&lt;![endif]--&gt;</c>) as HTML, and all
/// others pass over it. So it is read as HTML here, too, until the first <c>--&gt;</c>: there the comment ends for
/// all others, whatever Outlook was reading.
/// </remarks>
internal sealed partial class HtmlScanner
{
    // Longer conditions are none.
    private const int OpeningLengthMax = 120;

    private void ReadMarkupDeclaration(char c)
    {
        if (c == '-')
        {
            now = now.Seen == "-"
                ? now.Next(HtmlMode.Comment) with { Seen = "<!--", Opening = "" }
                : now with { Seen = "-" };
        }
        else
        {
            now = now.Next(c == '>' ? HtmlMode.Data : HtmlMode.BogusComment);
        }
    }

    private void ReadComment(char c)
    {
        if (now.Opening is { } opening && ReadOpening(opening, c))
        {
            return;
        }

        switch (now.Seen, c)
        {
            case ("<!--" or "<!---" or "--" or "--!", '>'):
                now = now.Next(HtmlMode.Data);
                break;
            case (HtmlState.SeenValue or "?-" or "?!", '>'):
                // Whether the comment ends here, the value decides.
                now = HtmlState.GiveUp(now);
                break;
            case (HtmlState.SeenValue, '-'):
                now.Seen = "?-";
                break;
            case (HtmlState.SeenValue or "?-", '!'):
                now.Seen = "?!";
                break;
            case ("<!--", '-'):
                now.Seen = "<!---";
                break;
            case ("<!---" or "-" or "--" or "?-", '-'):
                now.Seen = "--";
                break;
            case ("--", '!'):
                now.Seen = "--!";
                break;
            default:
                now.Seen = c == '-' ? "-" : "";
                break;
        }
    }

    /// <summary>Whether the comment turns out to be a conditional one with this character.</summary>
    private bool ReadOpening(string opening, char c)
    {
        const string begin = "[if";
        if (c == '>' && opening.Length > begin.Length && opening[^1] == ']')
        {
            now = now.Next(HtmlMode.Data) with { Outer = HtmlOuter.Conditional };
            return true;
        }

        var isOne = opening.Length < begin.Length
            ? char.ToLowerInvariant(c) == begin[opening.Length]
            : opening.Length < OpeningLengthMax && c is not ('<' or '>' or '-')
                && (opening.Length > begin.Length || !char.IsLetterOrDigit(c));
        now.Opening = isOne ? opening + c : null;
        return false;
    }

    /// <summary>Whether the conditional comment ends with this character.</summary>
    private bool LeavesConditional(char c)
    {
        if (c != '>' || now.Outer.Dashes == 0)
        {
            now.Outer = now.Outer.After(c);
            return false;
        }

        var state = now;
        if (state.Outer.Dashes == HtmlOuter.Unknown)
        {
            // Whether it ends here, the value decides.
            now = HtmlState.GiveUp(state);
            return true;
        }

        if (state.Outer.Dashes < HtmlOuter.Ending)
        {
            now.Outer = HtmlOuter.Conditional;
            return false;
        }

        if (state.Tag is { } unfinished)
        {
            unfinished.IsUntracked = true;
        }

        now = default;
        return true;
    }
}
