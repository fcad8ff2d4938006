using Npgsql;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>A file of parts, read from any place of it; one part is held at a time.</summary>
internal sealed class PostgresImportStream(NpgsqlDataSource source, string import, long length) : Stream
{
    /// <summary>How large each part is but the last.</summary>
    public const int PartBytes = 1024 * 1024;

    private byte[] _part = [];
    private long _number = -1;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (Position >= length || buffer.IsEmpty)
        {
            return 0;
        }

        var (number, from) = Math.DivRem(Position, PartBytes);
        if (number != _number)
        {
            (_part, _number) = (ReadPart(number), number);
        }

        var read = Math.Min(buffer.Length, _part.Length - (int)from);
        _part.AsSpan((int)from, read).CopyTo(buffer);
        Position += read;
        return read;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // Whoever reads rows reads them one after the other and does not wait, as it would not for a file.
    private byte[] ReadPart(long number)
    {
        using var command = source.CreateCommand("SELECT octets FROM import_files WHERE import_id = $1 AND part = $2");
        command.Parameters.Add(new() { Value = import });
        command.Parameters.Add(new() { Value = (int)number });
        return command.ExecuteScalar() as byte[]
            ?? throw new IOException($"Part {number} of the file of the import is gone.");
    }
}
