using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Requests;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>The endpoint of the document.</summary>
internal sealed class IsDocument;

/// <summary>The OpenAPI document, with what the framework cannot see by itself.</summary>
internal static class ApiDocument
{
    public const string BearerScheme = "bearer";
    public const string HeaderScheme = "apiKey";

    public static void AddApiDocument(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        // HEAD is answered wherever GET is: a second operation would say nothing that the first one does not.
        options.ShouldInclude = description =>
            ApiTags.AreOn(description.ActionDescriptor.EndpointMetadata)
            && !(description.HttpMethod == HttpMethods.Head
                && description.ActionDescriptor.EndpointMetadata.OfType<AnswersHead>().Any());
        options.AddOperationTransformer(OperationDescription.Describe);
        options.AddSchemaTransformer(SchemaDescription.Describe);
        options.AddDocumentTransformer((document, _, _) => Describe(document));
    });

    public static void MapApiDocument(this IEndpointRouteBuilder app)
    {
        var kept = new KeptDocument();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous()
            .WithMetadata(new IsDocument()).AlsoAnswersHead()
            .Finally(endpoint => endpoint.RequestDelegate = kept.Around(endpoint.RequestDelegate!));
    }

    private static Task Describe(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "OrleansCampaigns",
            Version = "v1",
            License = new OpenApiLicense { Name = "MIT License", Identifier = "MIT" },
            Summary = "Sends e-mail campaigns and tells what happened to every recipient.",
            Description =
                "A request that comes to nothing is answered with a problem (RFC 9457) whose code is stable. HEAD is "
                + "answered wherever GET is, and OPTIONS everywhere with the methods that a path takes.",
        };

        // The address is the one that the document was read from, and so the document is the same for everybody.
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this document is served." }];
        document.Tags = new HashSet<OpenApiTag>(
            ApiTags.All.Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.About }));
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
        DocumentSchemas.Complete(document);
        return Task.CompletedTask;
    }
}
