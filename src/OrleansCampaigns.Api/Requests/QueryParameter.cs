namespace OrleansCampaigns.Api.Requests;

/// <summary>One parameter of a query string.</summary>
/// <param name="Name">Its name; with a <c>*</c> at the end, the beginning of its name.</param>
/// <param name="Description">What it decides.</param>
/// <param name="Kind">What its value looks like.</param>
/// <param name="Repeats">Whether it may be given several times.</param>
/// <param name="IsRequired">Whether it must be given.</param>
internal sealed record QueryParameter(
    string Name, string Description, QueryKind Kind = QueryKind.Text, bool Repeats = false, bool IsRequired = false)
{
    public bool Matches(string name) => Name[^1] == '*'
        ? name.StartsWith(Name[..^1], StringComparison.Ordinal) && name.Length >= Name.Length
        : name == Name;
}

/// <summary>What the value of a parameter looks like.</summary>
internal enum QueryKind
{
    Text,
    Number,
    Truth,
}

/// <summary>The parameters of an endpoint: the document describes these, and the gate refuses all others.</summary>
/// <remarks>A misspelled filter that is ignored exports everybody.</remarks>
internal sealed record QueryParameters(IReadOnlyList<QueryParameter> All);
