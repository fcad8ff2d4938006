using Microsoft.OpenApi;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>What can be said of a type only once it is known whether requests hold it.</summary>
internal static class DocumentSchemas
{
    /// <summary>
    /// An answer holds each of its properties, with null where there is nothing to say; a request is read strictly, and
    /// what it must hold is neither absent nor null.
    /// </summary>
    public static void Complete(OpenApiDocument document)
    {
        var schemas = document.Components?.Schemas ?? new Dictionary<string, IOpenApiSchema>();
        var asked = Reach(schemas, Operations(document).SelectMany(operation =>
            operation.RequestBody?.Content?.Values.Select(content => content.Schema) ?? []));
        foreach (var (name, component) in schemas)
        {
            if (component is not OpenApiSchema { Properties.Count: > 0 } schema)
            {
                continue;
            }

            if (!asked.Contains(name))
            {
                schema.Required = schema.Properties.Keys.ToHashSet();
                continue;
            }

            schema.AdditionalPropertiesAllowed = false;
            foreach (var required in schema.Required ?? new HashSet<string>())
            {
                schema.Properties[required] = WithoutNull(schema.Properties[required]);
            }
        }

        foreach (var unused in schemas.Keys.Except(Reach(schemas, Operations(document).SelectMany(All))).ToList())
        {
            schemas.Remove(unused);
        }
    }

    private static IEnumerable<OpenApiOperation> Operations(OpenApiDocument document) =>
        document.Paths.Values.SelectMany(path => path.Operations?.Values ?? Enumerable.Empty<OpenApiOperation>());

    private static IEnumerable<IOpenApiSchema?> All(OpenApiOperation operation) =>
    [
        .. operation.RequestBody?.Content?.Values.Select(content => content.Schema) ?? [],
        .. operation.Responses?.Values.SelectMany(
            response => response.Content?.Values.Select(content => content.Schema) ?? []) ?? [],
    ];

    private static HashSet<string> Reach(
        IDictionary<string, IOpenApiSchema> schemas, IEnumerable<IOpenApiSchema?> from)
    {
        var reached = new HashSet<string>();
        var waiting = new Stack<IOpenApiSchema?>(from);
        while (waiting.TryPop(out var next))
        {
            if (next is OpenApiSchemaReference { Reference.Id: { } name })
            {
                next = reached.Add(name) && schemas.TryGetValue(name, out var named) ? named : null;
            }

            if (next is not OpenApiSchema schema)
            {
                continue;
            }

            foreach (var part in (schema.Properties?.Values ?? []).Concat(schema.OneOf ?? []).Append(schema.Items)
                .Append(schema.AdditionalProperties))
            {
                waiting.Push(part);
            }
        }

        return reached;
    }

    private static IOpenApiSchema WithoutNull(IOpenApiSchema schema)
    {
        if (schema is not OpenApiSchema own)
        {
            return schema;
        }

        if (own.OneOf?.FirstOrDefault(one => one is OpenApiSchemaReference) is { } only)
        {
            return only;
        }

        own.Type &= ~JsonSchemaType.Null;
        return own;
    }
}
