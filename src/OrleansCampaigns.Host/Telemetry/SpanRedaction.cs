using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry;
using OrleansCampaigns.Host.Serving;

namespace OrleansCampaigns.Host.Telemetry;

/// <summary>Lets only attributes out whose values cannot say who a recipient is.</summary>
/// <remarks>
/// A list of what may go, not of what may not: libraries add attributes with every version, and paths, statements,
/// grain keys and the texts of exceptions hold addresses, tokens and keys of contacts.
/// </remarks>
internal sealed class SpanRedaction : BaseProcessor<Activity>
{
    private static readonly FrozenSet<string> Allowed = new[]
    {
        "attempt", "cause", "first", "outcome", "partition", "pass", "recipients", "relay", "smtp.reply.code",
        "db.namespace", "db.npgsql.prepared", "db.npgsql.rows", "db.operation.name", "db.response.status_code",
        "db.system.name",
        "error.type", "exception.escaped", "exception.type",
        "http.request.method", "http.response.status_code", "http.route",
        "network.protocol.version", "url.scheme",
        "orleans.grain.type", "orleans.rpc.service", "orleans.storage.provider", "orleans.storage.state.name",
        "orleans.storage.state.type",
        "rpc.method", "rpc.system.name", "rpc.system",
    }.ToFrozenSet(StringComparer.Ordinal);

    // The type of a grain stands before its key: contact/ct:main:0f…
    private static readonly FrozenSet<string> GrainIds = new[]
    {
        "orleans.grain.id", "orleans.rpc.source_id", "orleans.rpc.target_id",
    }.ToFrozenSet(StringComparer.Ordinal);

    public override void OnEnd(Activity data)
    {
        // Neither an attribute of an event nor baggage nor a state can be taken away: such a span stays here.
        if (HasTellingEvent(data) || data.TraceStateString is { Length: > 0 })
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        List<(string Key, string? Value)>? changes = null;
        foreach (ref readonly var tag in data.EnumerateTagObjects())
        {
            var kept = Keep(tag.Key, tag.Value);
            if (!ReferenceEquals(kept, tag.Value))
            {
                (changes ??= []).Add((tag.Key, kept as string));
            }
        }

        foreach (var (key, value) in changes ?? [])
        {
            data.SetTag(key, value);
        }

        data.DisplayName = Redaction.Apply(data.DisplayName);
        if (data.StatusDescription is not null)
        {
            data.SetStatus(data.Status);
        }
    }

    private static object? Keep(string key, object? value)
    {
        if (GrainIds.Contains(key))
        {
            return value is string id ? id[..Math.Max(0, id.IndexOf('/', StringComparison.Ordinal))] : null;
        }

        if (!Allowed.Contains(key))
        {
            return null;
        }

        return value switch
        {
            string text => Clean(text),
            bool or int or long or double => value,
            _ => null,
        };
    }

    // The same text, if there is nothing to take out of it.
    private static string Clean(string text)
    {
        var clean = Redaction.Apply(text);
        return clean == text ? text : clean;
    }

    private static bool HasTellingEvent(Activity data)
    {
        foreach (ref readonly var happened in data.EnumerateEvents())
        {
            foreach (ref readonly var tag in happened.EnumerateTagObjects())
            {
                if (tag.Key != "exception.type" && tag.Value is not (null or ""))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
