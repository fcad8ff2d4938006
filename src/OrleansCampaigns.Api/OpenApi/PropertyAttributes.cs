namespace OrleansCampaigns.Api.OpenApi;

/// <summary>A map of a request in which null removes what stands under the name.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullRemovesAttribute : Attribute;

/// <summary>Text that is one of an enumeration's names; it is read by hand, so that a refusal lists them.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NamesOfAttribute(Type type) : Attribute
{
    public Type Type => type;
}

/// <summary>Text that is a time with its offset (RFC 3339); it is read by hand, so that a refusal says so.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TimeAttribute : Attribute;
