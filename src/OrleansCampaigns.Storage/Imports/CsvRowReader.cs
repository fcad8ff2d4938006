using System.Buffers;
using System.Text.Unicode;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Finds the rows of a CSV file in its bytes, in bounded memory, whatever the bytes are.</summary>
/// <remarks>
/// It works on bytes because a resumed import continues at an exact place of the file, and because one row that is not
/// UTF-8 must not spoil the others. A quote counts only at the beginning of a field (RFC 4180), or after blanks there,
/// which many programs write. One that is never closed would swallow the rest of the file, so a quoted field has
/// limits; a row that breaks a rule after running over several lines is given up at its first line only, and reading
/// resumes with the next: nothing else is lost.
/// </remarks>
internal sealed class CsvRowReader
{
    public const int FieldBytesMax = 64 * 1024;
    public const int QuotedLinesMax = 100;
    public const int RowBytesMax = 1024 * 1024;

    private const int TooFar = -1;
    private const int End = -1;

    private static readonly SearchValues<byte> QuoteOrLineEnd = SearchValues.Create("\"\r\n"u8);

    private readonly Stream _stream;
    private readonly byte _delimiter;
    private readonly SearchValues<byte> _delimiterOrLineEnd;
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <param name="stream">The file, standing at <paramref name="position"/>.</param>
    /// <param name="delimiter">What stands between two fields; ASCII.</param>
    /// <param name="position">Where the first row to read begins, in bytes.</param>
    /// <param name="line">The line that it begins with, from 1.</param>
    public CsvRowReader(Stream stream, char delimiter, long position, long line)
    {
        _stream = stream;
        _delimiter = (byte)delimiter;
        _delimiterOrLineEnd = SearchValues.Create([_delimiter, (byte)'\r', (byte)'\n']);
        Position = position;
        Line = line;
    }

    /// <summary>Where the next row begins, in bytes.</summary>
    public long Position { get; private set; }

    /// <summary>The line that the next row begins with.</summary>
    public long Line { get; private set; }

    /// <summary>How many columns a row must have; 0 while that is not known.</summary>
    public int Columns { get; set; }

    /// <summary>The next row that is not blank; its bytes are valid until the next call.</summary>
    public bool Read(out CsvRow row)
    {
        while (Peek(0) != End)
        {
            row = Scan();
            if (row.Problem != CsvProblem.None || !IsBlank(row))
            {
                return true;
            }
        }

        row = default;
        return false;
    }

    private CsvRow Scan()
    {
        var row = new CsvRow { Line = Line, Columns = 1 };
        var field = new QuotedField();
        var at = 0;
        while (true)
        {
            if (Peek(at) == '"')
            {
                row.HasQuotes = true;
                (var problem, at) = ScanQuoted(at, ref field);
                if (problem != CsvProblem.None)
                {
                    return GiveUp(row with { Problem = problem }, at, field);
                }
            }
            else if (FindQuotedAfterBlanks(at, ref field) is var closed and > 0)
            {
                row.HasQuotes = true;
                at = closed;
            }
            else
            {
                var end = Find(at, _delimiterOrLineEnd, at + FieldBytesMax);
                if (end == TooFar)
                {
                    return GiveUp(row with { Problem = CsvProblem.FieldTooLong }, at, field with { Resume = 0 });
                }

                at = end;
            }

            if (Peek(at) != _delimiter)
            {
                return Complete(row, at, field);
            }

            row.Columns++;
            at++;
            field.ExtraAt = row.Columns == Columns + 1 ? at : field.ExtraAt;
            if (at > RowBytesMax)
            {
                return GiveUp(row with { Problem = CsvProblem.RowTooLong }, at, field with { Resume = 0 });
            }
        }
    }

    /// <summary>Walks over blanks and a quoted field, to the place after it; 0 when there is no such field: what begins
    /// with blanks and is not well quoted is text as it stands.</summary>
    private int FindQuotedAfterBlanks(int at, ref QuotedField field)
    {
        var opening = SkipBlanks(at);
        if (opening == at || Peek(opening) != '"')
        {
            return 0;
        }

        var tried = field;
        var (problem, end) = ScanQuoted(opening, ref tried);
        if (problem != CsvProblem.None)
        {
            return 0;
        }

        field = tried;
        return end;
    }

    // Blanks, hard blanks (C2 A0), and byte order marks (EF BB BF) of files that were glued together.
    private int SkipBlanks(int at)
    {
        for (var max = at + FieldBytesMax; at < max;)
        {
            var c = Peek(at);
            var length = (c == ' ' || c == '\t') && c != _delimiter ? 1
                : c == 0xc2 && Peek(at + 1) == 0xa0 ? 2
                : c == 0xef && Peek(at + 1) == 0xbb && Peek(at + 2) == 0xbf ? 3
                : 0;
            if (length == 0)
            {
                break;
            }

            at += length;
        }

        return at;
    }

    private bool Ends(int at) => Peek(at) is var next && (next == _delimiter || next is '\r' or '\n' or End);

    /// <summary>Walks over a quoted field and the blanks after it.</summary>
    private (CsvProblem Problem, int At) ScanQuoted(int at, ref QuotedField field)
    {
        var (from, max, lines) = (at + 1, at + 1 + FieldBytesMax, 1);
        field.Resume = 0;
        while (true)
        {
            var found = Find(from, QuoteOrLineEnd, max);
            var c = found == TooFar ? End : Peek(found);
            if (c == End)
            {
                // In one line it is a field that is too long; over several it is a quote that nobody closed.
                var isTooLong = found == TooFar && field.Resume == 0;
                return (isTooLong ? CsvProblem.FieldTooLong : CsvProblem.UnclosedQuote, from);
            }

            if (c != '"')
            {
                from = AfterLineEnd(found);
                field.Lines++;
                if (field.Resume == 0)
                {
                    (field.Resume, field.ResumeLines) = (from, field.Lines);
                    field.FirstResume = field.FirstResume == 0 ? from : field.FirstResume;
                }

                if (++lines > QuotedLinesMax)
                {
                    return (CsvProblem.UnclosedQuote, from);
                }
            }
            else if (Peek(found + 1) == '"')
            {
                from = found + 2;
            }
            else if (Ends(found + 1))
            {
                return (CsvProblem.None, found + 1);
            }
            else if (SkipBlanks(found + 1) is var after && Ends(after))
            {
                return (CsvProblem.None, after);
            }
            else
            {
                // Over several lines this is most likely the opening quote of a later field.
                return (field.Resume == 0 ? CsvProblem.StrayQuote : CsvProblem.UnclosedQuote, found + 1);
            }
        }
    }

    private CsvRow Complete(CsvRow row, int length, QuotedField field)
    {
        // Looking for the line end may move the buffer, so the row's bytes are taken after it.
        var atEnd = Peek(length) == End;
        var next = atEnd ? length : AfterLineEnd(length);
        row.Bytes = _buffer.AsMemory(_start, length);
        row.Problem = row.Bytes.Span.Contains((byte)0) ? CsvProblem.Binary
            : !Utf8.IsValid(row.Bytes.Span) ? CsvProblem.Encoding
            : Columns != 0 && row.Columns != Columns && !IsBlank(row) && !HasEmptyExtra(row, field)
                ? CsvProblem.ColumnCount
            : CsvProblem.None;

        // Lines of a row that hold an address are most likely rows, after a quote that was not closed.
        row.IsShort = row.Problem == CsvProblem.ColumnCount && row.Columns < Columns
            && !(field.FirstResume > 0 && row.Bytes.Span[field.FirstResume..].Contains((byte)'@'));
        if (row.Problem == CsvProblem.ColumnCount && field.FirstResume > 0 && !row.IsShort)
        {
            // Too many lines in one row often means too few quotes: only its first line is given up.
            Advance(field.FirstResume, 1);
        }
        else
        {
            Advance(next, field.Lines + (atEnd ? 0 : 1));
        }

        return row;
    }

    // Cells beyond the header's last that hold nothing: spreadsheets write them for columns that were used once.
    private bool HasEmptyExtra(CsvRow row, QuotedField field) =>
        row.Columns > Columns
        && row.Bytes.Span[field.ExtraAt..].IndexOfAnyExcept([_delimiter, (byte)' ', (byte)'\t', (byte)'"']) < 0;

    /// <summary>Leaves a row that cannot be read, to the line after the one where it went wrong.</summary>
    private CsvRow GiveUp(CsvRow row, int at, QuotedField field)
    {
        if (field.Resume > 0)
        {
            Advance(field.Resume, field.ResumeLines);
            return row;
        }

        // Bytes are dropped as they are passed: the rest of the line may be of any size.
        Advance(at, field.Lines);
        while (true)
        {
            var window = _buffer.AsSpan(_start, _end - _start);
            var found = window.IndexOfAny((byte)'\r', (byte)'\n');
            if (found >= 0)
            {
                Advance(found, 0);
                Advance(AfterLineEnd(0), 1);
                return row;
            }

            Advance(window.Length, 0);
            if (!Fill())
            {
                return row;
            }
        }
    }

    private static bool IsBlank(CsvRow row) =>
        row is { Columns: 1, HasQuotes: false } && row.Bytes.Span.Trim(" \t"u8).IsEmpty;

    private void Advance(int bytes, int lines)
    {
        _start += bytes;
        Position += bytes;
        Line += lines;
    }

    private int AfterLineEnd(int at) => Peek(at) == '\r' && Peek(at + 1) == '\n' ? at + 2 : at + 1;

    /// <summary>The byte that many places after the row's beginning, or <see cref="End"/>.</summary>
    private int Peek(int at)
    {
        while (_start + at >= _end)
        {
            if (!Fill())
            {
                return End;
            }
        }

        return _buffer[_start + at];
    }

    /// <summary>The first of some bytes, the file's end when there is none, or <see cref="TooFar"/>.</summary>
    private int Find(int from, SearchValues<byte> any, int max)
    {
        while (true)
        {
            var window = _buffer.AsSpan(_start + from, _end - _start - from);
            var found = window.IndexOfAny(any);
            if (found >= 0 || from + window.Length > max)
            {
                return found < 0 || from + found > max ? TooFar : from + found;
            }

            from += window.Length;
            if (!Fill())
            {
                return from;
            }
        }
    }

    private bool Fill()
    {
        if (_end == _buffer.Length)
        {
            if (_start > 0)
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                _end -= _start;
                _start = 0;
            }
            else
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }

        var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }

    /// <summary>The line ends inside the quoted fields of a row; places count from its beginning.</summary>
    private record struct QuotedField
    {
        /// <summary>How many line ends there were so far, in all fields.</summary>
        public int Lines;

        /// <summary>After the first line end of the current field; 0 when there was none.</summary>
        public int Resume;

        /// <summary>How many line ends there were up to <see cref="Resume"/>.</summary>
        public int ResumeLines;

        /// <summary>After the first line end of all; 0 when there was none.</summary>
        public int FirstResume;

        /// <summary>Where the first column begins that the header does not have; 0 when there is none.</summary>
        public int ExtraAt;
    }
}
