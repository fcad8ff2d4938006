using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Host.Classification;

/// <summary><c>classify</c>: SMTP replies on standard input, one per line, to JSON lines on standard output.</summary>
internal static class ClassifyCommand
{
    public static Command Create()
    {
        var command = new Command(
            "classify", "Reads SMTP replies, one per line, and prints what each comes to as a JSON line.");
        command.SetAction(async (_, cancellation) =>
        {
            // Bytes that are no UTF-8 become replacement characters: a reply is never too odd to be classified.
            using var input = new StreamReader(Console.OpenStandardInput());
            await using var output = new StreamWriter(Console.OpenStandardOutput()) { NewLine = "\n" };
            while (await input.ReadLineAsync(cancellation) is { } reply)
            {
                await output.WriteLineAsync(JsonSerializer.Serialize(
                    ReplyClassificationLine.Describe(reply), ClassificationJson.Default.ReplyClassificationLine));
            }

            return 0;
        });
        return command;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplyClassificationLine))]
internal sealed partial class ClassificationJson : JsonSerializerContext;
