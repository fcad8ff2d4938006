namespace OrleansCampaigns.Api.Requests;

/// <summary>One parameter of a query string.</summary>
/// <param name="Name">Its name; with <c>.*</c> at the end, what the names of a whole family begin with.</param>
/// <param name="Description">What it decides.</param>
/// <param name="Kind">What its value looks like.</param>
/// <param name="Repeats">Whether it may be given several times.</param>
/// <param name="IsRequired">Whether it must be given.</param>
internal sealed record QueryParameter(
    string Name, string Description, QueryKind Kind = QueryKind.Text, bool Repeats = false, bool IsRequired = false)
{
    /// <summary>The values that there are; other spellings of them may be taken as well.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>From where to where a number goes, and what stands in for it.</summary>
    public (int Least, int Most, int Otherwise)? Range { get; init; }

    /// <summary>A value, as JSON.</summary>
    public string? Example { get; init; }

    /// <summary>
    /// Whether it stands for many: <c>attribute.city</c>, or <c>attribute[city]</c> as generated clients write it.
    /// </summary>
    public bool IsFamily => Name.EndsWith(".*", StringComparison.Ordinal);

    public bool Matches(string name) => IsFamily ? MemberOf(Name[..^2], name) is not null : name == Name;

    /// <summary>What a name says after that of its family; <see langword="null"/> when it is of another one.</summary>
    public static string? MemberOf(string family, string name) =>
        !name.StartsWith(family, StringComparison.Ordinal)
        ? null
        : name[family.Length..] switch
        {
            ['.', _, ..] rest => rest[1..],
            ['[', _, .., ']'] rest => rest[1..^1],
            _ => null,
        };
}

/// <summary>What the value of a parameter looks like.</summary>
internal enum QueryKind
{
    Text,
    Number,
    Truth,
    Time,
}

/// <summary>The parameters of an endpoint: the document describes these, and the gate refuses all others.</summary>
/// <remarks>A misspelled filter that is ignored exports everybody.</remarks>
internal sealed record QueryParameters(IReadOnlyList<QueryParameter> All);
