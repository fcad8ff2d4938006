using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.Mail.Feedback;

namespace OrleansCampaigns.Host.Classification;

/// <summary>
/// <c>classify</c>: SMTP replies on standard input, one per line, or with <c>--messages</c> messages that came back;
/// JSON lines on standard output.
/// </summary>
internal static class ClassifyCommand
{
    public static Command Create()
    {
        var messages = new Option<string[]>("--messages")
        {
            Description = "Reads messages that came back, from these files or folders, instead of replies.",
            AllowMultipleArgumentsPerToken = true,
            Arity = ArgumentArity.OneOrMore,
        };
        var explain = new Option<bool>("--explain")
        {
            Description = "Adds to each line why: the words, status or code that decided, and the rule that they met.",
        };
        var command = new Command(
            "classify", "Reads SMTP replies, one per line, and prints what each comes to as a JSON line.")
        {
            messages,
            explain,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var output = new StreamWriter(Console.OpenStandardOutput()) { NewLine = "\n" };
            if (parsed.GetValue(messages) is { Length: > 0 } paths)
            {
                return await MessageClassification.Run(
                    paths, parsed.GetValue(explain), output, Console.Error, cancellation);
            }

            await ClassifyReplies(parsed.GetValue(explain), output, cancellation);
            return 0;
        });
        return command;
    }

    private static async Task ClassifyReplies(bool explain, StreamWriter output, CancellationToken cancellation)
    {
        // Bytes that are no UTF-8 become replacement characters: a reply is never too odd to be classified.
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await input.ReadLineAsync(cancellation) is { } reply)
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(
                ReplyClassificationLine.Describe(reply, explain), ClassificationJson.Readable.ReplyClassificationLine));
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplyClassificationLine))]
[JsonSerializable(typeof(MessageClassificationLine))]
internal sealed partial class ClassificationJson : JsonSerializerContext
{
    /// <summary>For lines that people read: quotation marks and letters of any language as they are.</summary>
    public static ClassificationJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
