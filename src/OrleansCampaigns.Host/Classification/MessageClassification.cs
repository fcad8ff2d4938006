using System.Text.Json;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Host.Classification;

/// <summary>Classifies files of messages; one that cannot be read is an error, the others go on.</summary>
internal static class MessageClassification
{
    public static async Task<int> Run(
        IEnumerable<string> paths, bool explain, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        var exitCode = 0;
        foreach (var path in paths)
        {
            try
            {
                foreach (var file in Files(path))
                {
                    cancellation.ThrowIfCancellationRequested();
                    if (!await Classify(file, explain, output, errors, cancellation))
                    {
                        exitCode = 1;
                    }
                }
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                await errors.WriteLineAsync($"{path}: {unreadable.Message}");
                exitCode = 1;
            }
        }

        return exitCode;
    }

    private static IEnumerable<string> Files(string path) =>
        Directory.Exists(path) ? Directory.EnumerateFiles(path).Order(StringComparer.Ordinal) : [path];

    private static async Task<bool> Classify(
        string file, bool explain, TextWriter output, TextWriter errors, CancellationToken cancellation)
    {
        byte[] bytes;
        try
        {
            bytes = await File.ReadAllBytesAsync(file, cancellation);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"{file}: {unreadable.Message}");
            return false;
        }

        var name = Path.GetFileName(file);
        foreach (var line in FeedbackReader.ReadMailbox(bytes)
            .SelectMany(reading => MessageClassificationLine.Describe(name, reading, explain)))
        {
            await output.WriteLineAsync(
                JsonSerializer.Serialize(line, ClassificationJson.Readable.MessageClassificationLine));
        }

        return true;
    }
}
