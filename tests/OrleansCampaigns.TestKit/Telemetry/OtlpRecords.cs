namespace OrleansCampaigns.TestKit.Telemetry;

/// <summary>A span as a collector gets it.</summary>
/// <param name="TraceId">Which trace, in hexadecimal digits.</param>
/// <param name="SpanId">Which span.</param>
/// <param name="ParentId">Its parent; empty for the first of a trace.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Scope">The source that it comes from.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Links">The traces that it is linked to.</param>
/// <param name="Resource">The attributes of the process.</param>
public sealed record OtlpSpan(
    string TraceId,
    string SpanId,
    string ParentId,
    string Name,
    string Scope,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<string> Links,
    IReadOnlyDictionary<string, string> Resource);

/// <summary>A metric as a collector gets it.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Unit">What it counts.</param>
/// <param name="Kind"><c>gauge</c>, <c>counter</c>, <c>updowncounter</c> or <c>histogram</c>.</param>
/// <param name="Scope">The meter that it comes from.</param>
/// <param name="Points">Its values.</param>
/// <param name="Resource">The attributes of the process.</param>
public sealed record OtlpMetric(
    string Name,
    string Unit,
    string Kind,
    string Scope,
    IReadOnlyList<OtlpPoint> Points,
    IReadOnlyDictionary<string, string> Resource)
{
    /// <summary>
    /// The series that Prometheus keeps of it: dots become underscores, the unit and the kind are added at the end.
    /// </summary>
    public IEnumerable<string> Series
    {
        get
        {
            var name = Name.Replace('.', '_').Replace('-', '_');
            var unit = Unit switch
            {
                "s" => "seconds",
                "ms" => "milliseconds",
                "By" => "bytes",
                "MB" => "megabytes",
                "1" when Kind == "gauge" => "ratio",
                _ => "",
            };
            if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
            {
                name = $"{name}_{unit}";
            }

            return Kind switch
            {
                "counter" => [name.EndsWith("_total", StringComparison.Ordinal) ? name : $"{name}_total"],
                "histogram" => [$"{name}_bucket", $"{name}_count", $"{name}_sum"],
                _ => [name],
            };
        }
    }
}

/// <summary>One value of a metric.</summary>
/// <param name="Attributes">Its labels.</param>
/// <param name="Value">The value; of a histogram how many were counted.</param>
/// <param name="Boundaries">The boundaries of a histogram.</param>
public sealed record OtlpPoint(
    IReadOnlyDictionary<string, string> Attributes, double Value, IReadOnlyList<double> Boundaries);
