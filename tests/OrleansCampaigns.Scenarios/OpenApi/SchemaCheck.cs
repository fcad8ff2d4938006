using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OrleansCampaigns.Scenarios.OpenApi;

/// <summary>Finds where JSON is not what a schema of the document says (JSON Schema, as far as the document uses it).
/// </summary>
/// <remarks>A word that is not known here is an error: what it asks for would otherwise be overlooked.</remarks>
internal sealed class SchemaCheck(JsonNode document)
{
    private static readonly string[] Harmless = ["description", "default", "example", "readOnly"];

    private readonly List<string> _flaws = [];

    /// <summary>What is wrong; nothing when all is well.</summary>
    public static IReadOnlyList<string> Find(JsonNode document, JsonNode schema, JsonNode? value)
    {
        var check = new SchemaCheck(document);
        check.Check(schema.AsObject(), value, "$");
        return check._flaws;
    }

    private void Check(JsonObject schema, JsonNode? value, string at)
    {
        foreach (var (word, rule) in schema)
        {
            switch (word)
            {
                case "$ref":
                    Check(Resolve((string)rule!), value, at);
                    break;
                case "type":
                    CheckType(rule!, value, at);
                    break;
                case "enum":
                    Require(rule!.AsArray().Any(one => JsonNode.DeepEquals(one, value)), at, $"is none of {rule}");
                    break;
                case "oneOf":
                    var fitting = rule!.AsArray().Count(one => Find(document, one!, value).Count == 0);
                    Require(fitting == 1, at, $"fits {fitting} of {rule}");
                    break;
                case "items":
                    CheckItems(rule!.AsObject(), value, at);
                    break;
                case "format":
                    CheckFormat((string)rule!, value, at);
                    break;
                case "minimum" or "maximum":
                    Require(
                        value is null || (word == "minimum" ? (long)value >= (long)rule! : (long)value <= (long)rule!),
                        at,
                        $"is beyond the {word} {rule}");
                    break;
                case "properties" or "required" or "additionalProperties":
                    break;
                default:
                    Require(Harmless.Contains(word), at, $"has the rule {word}, which is not known here");
                    break;
            }
        }

        CheckObject(schema, value as JsonObject, at);
    }

    // What an answer holds and the document does not name, nobody can rely on.
    private void CheckObject(JsonObject schema, JsonObject? value, string at)
    {
        if (value is null || (schema["properties"] is null && schema["additionalProperties"] is null))
        {
            return;
        }

        var properties = schema["properties"]?.AsObject();
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            Require(value.ContainsKey((string)required!), at, $"lacks {required}");
        }

        foreach (var (name, held) in value)
        {
            if ((properties?[name] ?? schema["additionalProperties"] as JsonObject) is JsonObject rule)
            {
                Check(rule, held, $"{at}.{name}");
            }
            else
            {
                Require(false, at, $"holds {name}, which is not described");
            }
        }
    }

    private void CheckItems(JsonObject schema, JsonNode? value, string at)
    {
        foreach (var (i, item) in (value as JsonArray ?? []).Index())
        {
            Check(schema, item, $"{at}[{i}]");
        }
    }

    private void CheckType(JsonNode rule, JsonNode? value, string at)
    {
        var types = rule is JsonArray several ? [.. several.Select(one => (string)one!)] : new[] { (string)rule! };
        var kind = value?.GetValueKind() switch
        {
            null or JsonValueKind.Null => "null",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Array => "array",
            JsonValueKind.Object => "object",
            _ => value.ToJsonString().AsSpan().IndexOfAny(".eE") < 0 ? "integer" : "number",
        };
        Require(
            types.Contains(kind) || (kind == "integer" && types.Contains("number")),
            at,
            $"is {kind}, not {string.Join(" or ", types)}");
    }

    private void CheckFormat(string format, JsonNode? value, string at)
    {
        if (value is null)
        {
            return;
        }

        Require(
            format switch
            {
                "date-time" => DateTimeOffset.TryParse(
                    (string)value!, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                    && ((string)value!).Contains('T', StringComparison.Ordinal),
                "int32" => (long)value is >= int.MinValue and <= int.MaxValue,
                "byte" => Convert.TryFromBase64String((string)value!, new byte[((string)value!).Length], out _),
                "uri-reference" => Uri.TryCreate((string)value!, UriKind.RelativeOrAbsolute, out _),
                "int64" or "double" or "binary" => true,
                _ => false,
            },
            at,
            $"is no {format}");
    }

    private JsonObject Resolve(string reference) =>
        reference.TrimStart('#', '/').Split('/').Aggregate(document, (node, part) => node[part]!).AsObject();

    private void Require(bool holds, string at, string what)
    {
        if (!holds)
        {
            _flaws.Add($"{at} {what}");
        }
    }
}
