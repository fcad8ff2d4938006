namespace OrleansCampaigns.Mail.Tests.Feedback;

/// <summary>The messages beside the tests, written for them.</summary>
internal static class FeedbackSamples
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Feedback", "Messages");

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name + ".eml"));

    public static IEnumerable<string> Names => Directory.EnumerateFiles(Folder, "*.eml")
        .Select(file => Path.GetFileNameWithoutExtension(file))
        .Order(StringComparer.Ordinal);

    /// <summary>The same message with other line ends: 0 as LF, 1 as CRLF, 2 as CR.</summary>
    public static byte[] WithLineEnds(byte[] message, int kind)
    {
        var result = new List<byte>(message.Length + (message.Length / 20));
        for (var i = 0; i < message.Length; i++)
        {
            var isCr = message[i] == '\r';
            if (isCr && i + 1 < message.Length && message[i + 1] == '\n')
            {
                i++;
            }

            if (isCr || message[i] == '\n')
            {
                result.AddRange(kind switch { 0 => "\n"u8, 1 => "\r\n"u8, _ => "\r"u8 });
            }
            else
            {
                result.Add(message[i]);
            }
        }

        return [.. result];
    }
}
