using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.OpenApi;

/// <summary>What the framework cannot see of a type.</summary>
internal static partial class SchemaDescription
{
    public static Task Describe(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        // Comments are wrapped for those who read the source.
        schema.Description = schema.Description is { } text ? Blanks().Replace(text, " ").Trim() : null;
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum)
        {
            // One component stands for a name that may be absent, too: whoever holds it says so beside it.
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. (schema.Enum ?? []).Where(name => name?.GetValueKind() == JsonValueKind.String)];
        }
        else if (type == typeof(AccountId) || type == typeof(CampaignId) || type == typeof(ContactId))
        {
            // Identifiers write themselves as text, which their types do not show.
            schema.Type = JsonSchemaType.String;
        }
        else if (schema.Properties is { } properties)
        {
            foreach (var property in context.JsonTypeInfo.Properties)
            {
                Describe(schema, property, properties);
            }
        }

        return Task.CompletedTask;
    }

    private static void Describe(
        OpenApiSchema schema, JsonPropertyInfo property, IDictionary<string, IOpenApiSchema> properties)
    {
        if (property.PropertyType == typeof(JsonElement?))
        {
            properties[property.Name] = new OpenApiSchema
            {
                ReadOnly = true,
                Description = "As GET gives it; taken, so that what was got can be put, and changes nothing.",
            };
            return;
        }

        if (Of<RequiredAttribute>(property) is not null)
        {
            // The request may lack it, or it could not be told what is missing; an answer never does.
            schema.Required ??= new HashSet<string>();
            schema.Required.Add(property.Name);
        }

        if (properties[property.Name] is not OpenApiSchema own)
        {
            return;
        }

        if (Of<NullRemovesAttribute>(property) is not null)
        {
            own.AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.String | JsonSchemaType.Null };
        }

        if (Of<TimeAttribute>(property) is not null)
        {
            own.Format = "date-time";
        }

        if (Of<NamesOfAttribute>(property) is { } names)
        {
            // That null is as good as leaving it out need not be told: generators stumble over a name that is none.
            own.Type = JsonSchemaType.String;
            own.Enum = [.. Enum.GetNames(names.Type).Select(name => JsonValue.Create(name))];
        }
    }

    private static TAttribute? Of<TAttribute>(JsonPropertyInfo property)
        where TAttribute : Attribute =>
        property.AttributeProvider?.GetCustomAttributes(typeof(TAttribute), inherit: true)
            .OfType<TAttribute>().FirstOrDefault();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
