using System.Buffers;
using System.Text;

namespace OrleansCampaigns.Api.Exports;

/// <summary>A CSV file that is written while its rows are read: its size costs no memory.</summary>
/// <param name="fileName">What a browser saves it as.</param>
/// <param name="withMark">Whether it begins with the byte order mark, which old spreadsheets need to see UTF-8.</param>
/// <param name="header">The names of the columns.</param>
/// <param name="rows">The rows.</param>
/// <param name="cellsOf">The cells of a row, in the order of the columns.</param>
internal sealed class CsvFile<T>(
    string fileName,
    bool withMark,
    IReadOnlyList<string> header,
    IAsyncEnumerable<T> rows,
    Func<T, IEnumerable<string?>> cellsOf)
    : IResult
{
    private const int FlushBytes = 32 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var cancellation = httpContext.RequestAborted;
        response.ContentType = "text/csv; charset=utf-8";
        response.Headers.ContentDisposition = $"attachment; filename=\"{fileName}\"";

        // Before the first byte is out a failure is still a problem with a status; after it, only the cut
        // connection tells.
        await using var row = rows.GetAsyncEnumerator(cancellation);
        var hasRow = await row.MoveNextAsync();
        await response.StartAsync(cancellation);

        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return; // Nothing of the rows is sent, so nothing of them is read.
        }

        var writer = response.BodyWriter;
        if (withMark)
        {
            writer.Write("\uFEFF"u8);
        }

        var line = new StringBuilder();
        for (var waiting = WriteLine(writer, line, header); hasRow; hasRow = await row.MoveNextAsync())
        {
            waiting += WriteLine(writer, line, cellsOf(row.Current));
            if (waiting >= FlushBytes)
            {
                waiting = 0;
                await writer.FlushAsync(cancellation);
            }
        }

        await writer.FlushAsync(cancellation);
    }

    private static long WriteLine(IBufferWriter<byte> writer, StringBuilder line, IEnumerable<string?> cells)
    {
        line.Clear();
        var isFirst = true;
        foreach (var cell in cells)
        {
            if (!isFirst)
            {
                line.Append(',');
            }

            isFirst = false;
            CsvCell.Write(line, cell);
        }

        line.Append("\r\n");
        return Encoding.UTF8.GetBytes(line.ToString(), writer);
    }
}
