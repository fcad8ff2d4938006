using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>The OpenAPI document, with what the framework cannot see by itself.</summary>
internal static partial class ApiDocument
{
    private const string BearerScheme = "bearer";
    private const string HeaderScheme = "apiKey";

    private static readonly string[] FileTypes = ["text/csv", "text/html", "image/gif", "message/rfc822"];

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) => Describe(document));
        options.AddOperationTransformer(Describe);
        options.AddSchemaTransformer(Describe);
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        var kept = new KeptDocument();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous()
            .Finally(endpoint => endpoint.RequestDelegate = kept.Around(endpoint.RequestDelegate!));
    }

    private static Task Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrleansCampaigns",
            Version = "v1",
            Description =
                "Sends e-mail campaigns and tells what happened to every recipient. A request that comes to nothing "
                + "is answered with a problem (RFC 9457) whose code is stable.",
        };

        // Where it is served is what its reader knows already; and so the document is the same for everybody.
        document.Servers = null;
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [BearerScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key.",
            },
            [HeaderScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyHandler.KeyHeader,
                Description = "The same API key in a header of its own.",
            },
        };
        return Task.CompletedTask;
    }

    private static Task Describe(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters =
        [
            .. RouteParameters(context.Description.RelativePath ?? ""),
            .. metadata.OfType<QueryParameters>().SelectMany(parameters => parameters.All).Select(Describe),
        ];
        DescribeFile(operation, metadata);
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            return Task.CompletedTask;
        }

        operation.Parameters.Add(Header(
            ApiKeyHandler.AccountHeader, "The account that an administrator acts for; the key's own when absent."));
        if (context.Description.HttpMethod == "POST"
            && metadata.OfType<IdempotencyRule>().LastOrDefault() == IdempotencyRule.Keep)
        {
            operation.Parameters.Add(Header(
                IdempotencyMiddleware.Header,
                "1 to 255 visible ASCII characters: the same request again gets the first answer."));
        }

        operation.Security =
        [
            new OpenApiSecurityRequirement { [new(BearerScheme, context.Document)] = [] },
            new OpenApiSecurityRequirement { [new(HeaderScheme, context.Document)] = [] },
        ];
        return Task.CompletedTask;
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

    /// <summary>Identifiers write themselves as text, which their types do not show.</summary>
    private static Task Describe(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum || type == typeof(AccountId) || type == typeof(CampaignId) || type == typeof(ContactId))
        {
            schema.Type = JsonSchemaType.String;
        }

        return Task.CompletedTask;
    }

    private static IEnumerable<IOpenApiParameter> RouteParameters(string path) =>
        RouteParameter().Matches(path).Select(match => new OpenApiParameter
        {
            Name = match.Groups[1].Value,
            In = ParameterLocation.Path,
            Required = true,
            Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        });

    private static OpenApiParameter Describe(QueryParameter parameter)
    {
        var schema = new OpenApiSchema
        {
            Type = parameter.Kind switch
            {
                QueryKind.Number => JsonSchemaType.Integer,
                QueryKind.Truth => JsonSchemaType.Boolean,
                _ => JsonSchemaType.String,
            },
        };
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Description,
            Required = parameter.IsRequired,
            Schema = parameter.Repeats ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = schema } : schema,
        };
    }

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
