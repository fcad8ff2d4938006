using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Requests;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>What the framework cannot see of an operation: parameters, headers, keys, files and examples.</summary>
internal static partial class OperationDescription
{
    private static readonly string[] FileTypes = ["text/csv", "text/html", "image/gif", "message/rfc822"];

    // What the parts of paths name, and what they look like.
    private static readonly Dictionary<string, (string About, string Example)> Parts = new()
    {
        ["campaign"] = ("The identifier of a campaign.", "cmp_01963f2e8a7b7c3d9e4f5a6b7c8d9e0f"),
        ["contact"] = ("The identifier of a contact.", "con_5f2b7c1d9e8a4b3c6d7e8f9a0b1c2d3e"),
        ["import"] = ("The identifier of an import.", "imp_01963f2e8a7b7c3d9e4f5a6b7c8d9e0f"),
        ["key"] = ("The identifier of an API key.", "key_01963f2e8a7b7c3d"),
        ["list"] = ("The identifier of a list.", "lst_01963f2e8a7b7c3d9e4f5a6b7c8d9e0f"),
        ["message"] = ("The identifier of a message that was set aside.", "42"),
        ["provider"] = ("The mail provider: ses, sendgrid, mailgun or postmark.", "postmark"),
        ["suppression"] = ("The key of a suppression, an address or a domain.", "example.net"),
        ["token"] = ("What the e-mail's link holds, with or without an ending such as .gif.", "c0ffee"),
        ["view"] = ("The identifier of a view.", "vew_01963f2e8a7b7c3d9e4f5a6b7c8d9e0f"),
    };

    public static Task Describe(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod;
        if (method == HttpMethods.Head)
        {
            operation.OperationId += "Head";
        }

        operation.Parameters =
        [
            .. RouteParameters(context.Description.RelativePath ?? ""),
            .. metadata.OfType<QueryParameters>().SelectMany(parameters => parameters.All).Select(Describe),
        ];
        DescribeBody(operation, metadata);
        DescribeFile(operation, metadata);
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        if (!isOpen)
        {
            operation.Parameters.Add(Header(
                ApiKeyHandler.AccountHeader,
                "The account that an administrator acts for; the key's own when absent."));
        }

        var isKept = Idempotency.Keeps(method, metadata);
        if (isKept)
        {
            operation.Parameters.Add(Header(
                IdempotencyMiddleware.Header,
                "1 to 255 visible ASCII characters: the same request again gets the first answer."));
        }

        ResponseHeaders.Add(operation, isKept);
        operation.Security = isOpen
            ? []
            :
            [
                new OpenApiSecurityRequirement { [new(ApiDocument.BearerScheme, context.Document)] = [] },
                new OpenApiSecurityRequirement { [new(ApiDocument.HeaderScheme, context.Document)] = [] },
            ];
        return Task.CompletedTask;
    }

    private static void DescribeBody(OpenApiOperation operation, IList<object> metadata)
    {
        if (operation.RequestBody is not OpenApiRequestBody body)
        {
            return;
        }

        body.Required = true;
        foreach (var example in metadata.OfType<RequestExample>())
        {
            if (body.Content?.TryGetValue(example.ContentType, out var content) == true)
            {
                content.Example = example.Value.DeepClone();
            }
        }
    }

    /// <summary>An answer that is no JSON has no type that the framework could describe.</summary>
    private static void DescribeFile(OpenApiOperation operation, IList<object> metadata)
    {
        foreach (var answer in metadata.OfType<IProducesResponseTypeMetadata>())
        {
            var status = answer.StatusCode.ToString(CultureInfo.InvariantCulture);
            if (answer.ContentTypes.FirstOrDefault(type => FileTypes.Contains(type)) is { } file
                && operation.Responses?.GetValueOrDefault(status) is OpenApiResponse response)
            {
                response.Content = new Dictionary<string, OpenApiMediaType>
                {
                    [file] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                };
            }
        }
    }

    private static IEnumerable<IOpenApiParameter> RouteParameters(string path) =>
        RouteParameter().Matches(path).Select(match => match.Groups[1].Value).Select(name =>
        {
            var (about, example) = Parts[name];
            return new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Path,
                Description = about,
                Required = true,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
                Example = JsonValue.Create(example),
            };
        });

    private static OpenApiParameter Describe(QueryParameter parameter)
    {
        var schema = SchemaOf(parameter);
        var described = new OpenApiParameter
        {
            Name = parameter.Name.TrimEnd('*', '.'),
            In = ParameterLocation.Query,
            Description = parameter.Description,
            Required = parameter.IsRequired,
            Schema = parameter.Repeats ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema,
            Example = parameter.Example is { } example ? JsonNode.Parse(example) : null,
        };
        if (parameter.IsFamily)
        {
            described.Style = ParameterStyle.DeepObject;
            described.Explode = true;
        }

        return described;
    }

    private static OpenApiSchema SchemaOf(QueryParameter parameter) => parameter switch
    {
        { IsFamily: true } => new()
        {
            Type = JsonSchemaType.Object,
            AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String },
        },
        { Values: { } values } => new()
        {
            Type = JsonSchemaType.String,
            Enum = [.. values.Select(value => JsonValue.Create(value))],
        },
        { Range: var (least, most, otherwise) } => new()
        {
            Type = JsonSchemaType.Integer,
            Format = "int32",
            Minimum = least.ToString(CultureInfo.InvariantCulture),
            Maximum = most.ToString(CultureInfo.InvariantCulture),
            Default = JsonValue.Create(otherwise),
        },
        { Kind: QueryKind.Truth } => new() { Type = JsonSchemaType.Boolean },
        { Kind: QueryKind.Time } => new() { Type = JsonSchemaType.String, Format = "date-time" },
        _ => new() { Type = JsonSchemaType.String },
    };

    private static OpenApiParameter Header(string name, string description) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex RouteParameter();
}
