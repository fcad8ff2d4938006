using System.Globalization;
using OrleansCampaigns.Domain;

namespace OrleansCampaigns.Api.Requests;

/// <summary>Collects everything that is wrong with a request, so that a caller mends it in one go.</summary>
internal sealed class Checks
{
    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    private readonly List<Refusal> _failures = [];

    /// <summary>What is wrong, in the order in which it was found.</summary>
    public IReadOnlyList<Refusal> Failures => _failures;

    public bool HaveFailed => _failures.Count > 0;

    public void Fail(string code, string detail, string field)
    {
        if (_failures.Count < Limits.FailuresMax)
        {
            _failures.Add(Refusal.Invalid(code, detail, field));
        }
    }

    /// <summary>One line that must be there; blanks around it are dropped.</summary>
    public string RequiredLine(string? value, string field, int lengthMax)
    {
        var line = Line(value, field, lengthMax);
        if (string.IsNullOrEmpty(line))
        {
            Fail("field.required", $"{field} must be given and must not be blank.", field);
        }

        return line ?? "";
    }

    /// <summary>One line that may be missing.</summary>
    /// <remarks>
    /// Control characters are refused, not removed: such a value may become a mail header, and whoever sends one is
    /// either mistaken or up to something.
    /// </remarks>
    public string? Line(string? value, string field, int lengthMax)
    {
        value = value?.Trim(' ', '\t');
        if (value is null)
        {
            return null;
        }

        CheckLength(value, field, lengthMax);
        if (value.Any(IsControl))
        {
            Fail("field.control_characters", $"{field} must be one line without control characters.", field);
        }

        return value;
    }

    /// <summary>A time that may be missing.</summary>
    /// <remarks>Without an offset the time would be the server's, which a caller cannot know.</remarks>
    public DateTimeOffset? Time(string? value, string field)
    {
        if (value is null)
        {
            return null;
        }

        if (!DateTimeOffset.TryParseExact(
            value, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            Fail(
                "field.format",
                $"{field} must be a time with its offset, such as 2030-05-01T09:00:00+02:00.",
                field);
            return null;
        }

        return at.ToUniversalTime();
    }

    /// <summary>Text of any number of lines.</summary>
    public string? Block(string? value, string field, int lengthMax)
    {
        if (value is null)
        {
            return null;
        }

        CheckLength(value, field, lengthMax);
        if (value.Any(c => char.IsControl(c) && c is not ('\t' or '\r' or '\n')))
        {
            Fail(
                "field.control_characters", $"{field} must not hold control characters but tabs and line ends.", field);
        }

        return value;
    }

    /// <summary>Fields of a contact, or what stands in for them.</summary>
    public Dictionary<string, TValue> Attributes<TValue>(
        IReadOnlyDictionary<string, TValue>? attributes, string field, bool mayRemove)
        where TValue : class?
    {
        var read = new Dictionary<string, TValue>(StringComparer.Ordinal);
        if (attributes?.Count > Limits.AttributesMax)
        {
            Fail("field.too_many", $"{field} must not hold more than {Limits.AttributesMax} entries.", field);
            return read;
        }

        foreach (var (name, value) in attributes ?? new Dictionary<string, TValue>())
        {
            if (name.Trim() != name || name.Length is 0 or > Limits.AttributeNameLengthMax || name.Any(IsControl))
            {
                Fail(
                    "field.attribute_name",
                    $"The name of an attribute must have 1 to {Limits.AttributeNameLengthMax} characters, "
                    + "without control characters and without blanks around them.",
                    field);
                continue;
            }

            if (value is null && !mayRemove)
            {
                Fail("field.required", $"{field}.{name} must be text.", $"{field}.{name}");
            }

            Block(value as string, $"{field}.{name}", Limits.AttributeValueLengthMax);
            read[name] = value;
        }

        return read;
    }

    /// <summary>The limit of how many there may be.</summary>
    public bool Count(int count, int max, string field)
    {
        if (count > max)
        {
            Fail("field.too_many", $"{field} must not hold more than {max} entries.", field);
        }

        return count <= max;
    }

    private void CheckLength(string value, string field, int lengthMax)
    {
        if (value.Length > lengthMax)
        {
            Fail("field.too_long", $"{field} must not be longer than {lengthMax} characters.", field);
        }
    }

    // The two separators are line ends to Unicode, and some mail clients act on that.
    private static bool IsControl(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';
}
