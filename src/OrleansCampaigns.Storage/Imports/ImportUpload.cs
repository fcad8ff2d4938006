namespace OrleansCampaigns.Storage.Imports;

/// <summary>Takes an uploaded file in, as it is, up to a limit.</summary>
internal static class ImportUpload
{
    private const int ChunkBytes = 128 * 1024;

    /// <summary>Copies the file; whether it kept the limit.</summary>
    public static async Task<bool> Copy(
        Stream csv, Func<ReadOnlyMemory<byte>, ValueTask> write, long bytesMax, CancellationToken cancellation)
    {
        var chunk = new byte[ChunkBytes];
        var length = await csv.ReadAtLeastAsync(chunk, 2, throwOnEndOfStream: false, cancellation);
        for (var total = (long)length; length > 0; total += length)
        {
            if (total > bytesMax)
            {
                return false;
            }

            await write(chunk.AsMemory(0, length));
            length = await csv.ReadAsync(chunk, cancellation);
        }

        return true;
    }
}
