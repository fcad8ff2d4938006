namespace OrleansCampaigns.Storage.Imports;

/// <summary>Takes an uploaded file in, as UTF-8, up to a limit.</summary>
internal static class ImportUpload
{
    private const int ChunkBytes = 128 * 1024;

    /// <summary>Copies the file; whether it kept the limit.</summary>
    public static async Task<bool> Copy(
        Stream csv, Func<ReadOnlyMemory<byte>, ValueTask> write, long bytesMax, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkBytes];
        var length = await csv.ReadAtLeastAsync(chunk, 2, throwOnEndOfStream: false, cancellation);
        var text = Utf16Text.Detect(chunk.AsSpan(0, length));
        for (var total = (long)length; length > 0; total += length)
        {
            if (total > bytesMax)
            {
                return false;
            }

            await write(text?.ToUtf8(chunk.AsSpan(0, length)) ?? chunk.AsMemory(0, length));
            length = await csv.ReadAsync(chunk, cancellation);
        }

        if (text is not null)
        {
            await write(text.End());
        }

        return true;
    }
}
