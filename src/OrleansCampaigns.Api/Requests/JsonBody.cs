using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OrleansCampaigns.Api.Refusals;

namespace OrleansCampaigns.Api.Requests;

/// <summary>A JSON body, read strictly: what is misspelled or given twice is refused, never ignored.</summary>
internal sealed class JsonBody<T>
    : IRefusable, IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class
{
    private readonly T? _value;

    private JsonBody(T? value, Problem? problem) => (_value, Problem) = (value, problem);

    public Problem? Problem { get; }

    public T Value => _value ?? throw new InvalidOperationException("The gate lets no unreadable body pass.");

    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (!JsonBodies.IsJson(context.Request))
        {
            return new(null, TakenTypes.Refuse(context));
        }

        using var bytes = new MemoryStream();
        await context.Request.Body.CopyToAsync(bytes, context.RequestAborted);
        return Read(JsonBodies.WithoutMark(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) =>
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], typeof(T)));

    /// <summary>What the octets hold, or why they cannot be read.</summary>
    internal static JsonBody<T> Read(ReadOnlySpan<byte> json)
    {
        if (JsonBodies.IsTooMany(json))
        {
            return new(null, new(
                StatusCodes.Status422UnprocessableEntity,
                "request.too_many_values",
                $"The body holds more than {Limits.JsonGroupsMax:N0} objects and lists, or {Limits.JsonValuesMax:N0} "
                + "names and values."));
        }

        try
        {
            var value = JsonSerializer.Deserialize(json, ApiJson.TypeOf<T>(ApiJson.Strict));
            return value is null
                ? new(null, new(
                    StatusCodes.Status422UnprocessableEntity, "request.wrong_type", "The body must be a JSON object."))
                : new(value, null);
        }
        catch (JsonException failure)
        {
            return new(null, JsonBodies.Explain<T>(json, failure));
        }
    }
}

/// <summary>What is the same for every type of JSON body.</summary>
internal static class JsonBodies
{
    public static bool IsJson(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            || type.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// RFC 8259 forbids the byte order mark and lets readers ignore it; some editors write it all the same.
    /// </summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> json) =>
        json.StartsWith("\uFEFF"u8) ? json[3..] : json;

    /// <summary>
    /// Whether it holds more than any request needs: every pair of braces becomes an object, twenty times as large.
    /// </summary>
    public static bool IsTooMany(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var (groups, values) = (0, 0);
        try
        {
            while (reader.Read())
            {
                groups += reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1 : 0;
                if (groups > Limits.JsonGroupsMax || ++values > Limits.JsonValuesMax)
                {
                    return true;
                }
            }
        }
        catch (JsonException)
        {
            // Where it is broken, and why, is told when it is read.
        }

        return false;
    }

    /// <summary>Which rule a body breaks, found by reading it again with one rule less at a time.</summary>
    public static Problem Explain<T>(ReadOnlySpan<byte> json, JsonException failure)
        where T : class
    {
        var field = FieldOf(failure.Path);
        if (!IsWellFormed(json))
        {
            return new(
                StatusCodes.Status400BadRequest,
                "request.malformed_json",
                $"The body is not well-formed JSON (line {failure.LineNumber + 1}, "
                + $"byte {failure.BytePositionInLine + 1}).",
                field);
        }

        if (FailsElsewhere<T>(json, failure, ApiJson.WithUnknownFields))
        {
            return new(
                StatusCodes.Status422UnprocessableEntity,
                "request.unknown_field",
                field is null ? "The body holds a field that does not exist." : $"There is no field {field}.",
                field);
        }

        return FailsElsewhere<T>(json, failure, ApiJson.WithRepeatedFields)
            ? new(StatusCodes.Status422UnprocessableEntity, "request.repeated_field", $"{field} is given twice.", field)
            : new(
                StatusCodes.Status422UnprocessableEntity,
                "request.wrong_type",
                field is null ? "The body must be a JSON object." : $"{field} has a value of the wrong type.",
                field);
    }

    private static bool FailsElsewhere<T>(ReadOnlySpan<byte> json, JsonException failure, JsonSerializerOptions options)
        where T : class
    {
        try
        {
            JsonSerializer.Deserialize(json, ApiJson.TypeOf<T>(options));
            return true;
        }
        catch (JsonException other)
        {
            return (other.LineNumber, other.BytePositionInLine) != (failure.LineNumber, failure.BytePositionInLine);
        }
    }

    private static bool IsWellFormed(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
            }

            return json.Length > 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? FieldOf(string? path) =>
        path is null or "$" ? null : path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path[1..];
}
