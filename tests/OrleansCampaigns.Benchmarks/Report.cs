using System.Text.Json;

namespace OrleansCampaigns.Benchmarks;

/// <summary>What a benchmark says: lines for people on the way, and a line of JSON at the end when asked for.
/// </summary>
internal sealed class Report(bool isJson)
{
    /// <summary>One line for people; on the error stream, so that standard output can be read by programs.</summary>
    public void Say(FormattableString line)
    {
        var text = FormattableString.Invariant(line);
        if (isJson)
        {
            Console.Error.WriteLine(text);
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    /// <summary>The figures.</summary>
    public void End(Dictionary<string, object> figures)
    {
        if (isJson)
        {
            Console.WriteLine(JsonSerializer.Serialize(figures));
            return;
        }

        foreach (var (name, value) in figures)
        {
            Say($"{name,-34} {value}");
        }
    }
}
