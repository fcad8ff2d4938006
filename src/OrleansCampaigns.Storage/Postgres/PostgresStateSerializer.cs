using Orleans.Storage;

namespace OrleansCampaigns.Storage.Postgres;

/// <summary>Keeps out of states the one character that PostgreSQL's texts cannot hold.</summary>
/// <remarks>
/// A mail server may reply with a NUL, JSON spells it <c>\u0000</c>, and a projection that met it would fail every
/// write of that contact for good. It becomes U+FFFD, as every other octet does that is no text.
/// </remarks>
internal sealed class PostgresStateSerializer(IGrainStorageSerializer serializer) : IGrainStorageSerializer
{
    private static ReadOnlySpan<byte> Nul => "\\u0000"u8;

    public BinaryData Serialize<T>(T? input)
    {
        var json = serializer.Serialize(input);
        return json.ToMemory().Span.IndexOf(Nul) < 0 ? json : new(WithoutNul(json.ToArray()));
    }

    public T? Deserialize<T>(BinaryData input) => serializer.Deserialize<T>(input);

    // A backslash that is escaped itself may stand before the same letters: those mean what they say.
    private static byte[] WithoutNul(byte[] json)
    {
        for (var i = 0; i < json.Length - 1; i++)
        {
            if (json[i] != (byte)'\\')
            {
                continue;
            }

            if (json.AsSpan(i).StartsWith(Nul))
            {
                "\\ufffd"u8.CopyTo(json.AsSpan(i));
            }

            i++;
        }

        return json;
    }
}
