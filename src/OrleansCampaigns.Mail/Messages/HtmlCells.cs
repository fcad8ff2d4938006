using MimeKit.Text;

namespace OrleansCampaigns.Mail.Messages;

/// <summary>What stands between a cell of a table and the one before it.</summary>
internal enum HtmlCellSeparator
{
    /// <summary>A bar: both hold data.</summary>
    Bar,

    /// <summary>A line's end: one of them lays out a page.</summary>
    Line,
}

/// <summary>The cells of all tables, in their order: what they hold is known before the text is written.</summary>
internal sealed class HtmlCells
{
    private readonly List<(int Before, bool HasBlocks)> cells = [];

    /// <summary>The last cell of the row that is read, for each table around it; -1 at a row's beginning.</summary>
    private readonly Stack<(int Cell, bool IsOpen)> rows = new([(-1, false)]);

    /// <summary>What stands before the cell; nothing before the first of a row.</summary>
    /// <param name="number">Which cell, from 1, in the order of their tags.</param>
    public HtmlCellSeparator? SeparatorBefore(int number)
    {
        if (number > cells.Count || cells[number - 1] is not { Before: >= 0 } cell)
        {
            return null;
        }

        return cell.HasBlocks || cells[cell.Before].HasBlocks ? HtmlCellSeparator.Line : HtmlCellSeparator.Bar;
    }

    /// <summary>Reads the next token.</summary>
    public void Read(HtmlToken token)
    {
        if (token is not HtmlTagToken tag)
        {
            return;
        }

        var name = tag.Name.ToLowerInvariant();
        var (cell, isOpen) = rows.Peek();
        switch (name)
        {
            case "table" when tag.IsEndTag:
                if (rows.Count > 1)
                {
                    rows.Pop();
                }

                break;
            case "table":
                Mark();
                rows.Push((-1, false));
                break;
            case "tr" or "thead" or "tbody" or "tfoot":
                Set(-1, open: false);
                break;
            case "td" or "th":
                if (tag.IsEndTag)
                {
                    Set(cell, open: false);
                }
                else
                {
                    cells.Add((cell, false));
                    Set(cells.Count - 1, open: true);
                }

                break;
            default:
                if (!tag.IsEndTag && HtmlElement.LinesAround(name) > 0)
                {
                    Mark();
                }

                break;
        }

        void Set(int last, bool open)
        {
            rows.Pop();
            rows.Push((last, open));
        }

        void Mark()
        {
            if (isOpen)
            {
                cells[cell] = cells[cell] with { HasBlocks = true };
            }
        }
    }
}
