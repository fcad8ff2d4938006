using System.Globalization;
using OrleansCampaigns.Api.Refusals;

namespace OrleansCampaigns.Api.Requests;

/// <summary>Reads a query string and notes what is wrong with it.</summary>
internal sealed class QueryReader(IQueryCollection query)
{
    public Checks Checks { get; } = new();

    public Problem? Problem => Checks.HaveFailed ? Problems.From(Checks) : null;

    /// <summary>A value that may be given once.</summary>
    public string? One(string name, int lengthMax = Limits.NameLengthMax)
    {
        var values = query[name];
        if (values.Count > 1)
        {
            Checks.Fail("request.repeated_parameter", $"{name} must not be given more than once.", name);
        }

        return Checks.Line(values.Count == 0 ? null : values[0], name, lengthMax);
    }

    public string Required(string name, int lengthMax = Limits.NameLengthMax) =>
        Checks.RequiredLine(One(name, lengthMax), name, lengthMax);

    /// <summary>A value that may be given several times; <see langword="null"/> when it is not given at all.</summary>
    public string[]? Many(string name) =>
        query.TryGetValue(name, out var values) ? [.. values.Select(value => value ?? "")] : null;

    public bool? Truth(string name)
    {
        var text = One(name);
        if (text is not (null or "true" or "false"))
        {
            Checks.Fail("field.format", $"{name} must be true or false.", name);
        }

        return text is null ? null : text == "true";
    }

    public int Number(string name, int otherwise, int min, int max)
    {
        var text = One(name);
        if (text is null)
        {
            return otherwise;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < min
            || number > max)
        {
            Checks.Fail("field.out_of_range", $"{name} must be a whole number from {min} to {max}.", name);
        }

        return number;
    }

    /// <summary>A time.</summary>
    /// <remarks>
    /// The plus sign of an offset means a blank in a query string unless it is written %2B. Nothing else puts a blank
    /// there, so it is read as what was meant.
    /// </remarks>
    public string? Time(string name)
    {
        var text = One(name);
        return text is [.., ' ', _, _, ':', _, _] ? $"{text[..^6]}+{text[^5..]}" : text;
    }

    /// <summary>The values of a family of parameters, by what their names say after that of the family.</summary>
    public Dictionary<string, string> Members(string family)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in query.Keys)
        {
            if (QueryParameter.MemberOf(family, name) is not { } member)
            {
                continue;
            }

            if (!found.TryAdd(member, One(name, Limits.AttributeValueLengthMax) ?? ""))
            {
                Checks.Fail(
                    "request.repeated_parameter", $"{family}.{member} must not be given more than once.", name);
            }
        }

        return found;
    }
}
