using System.Buffers;
using System.Text;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Domain.Delivery;

/// <summary>When a campaign pauses by itself.</summary>
/// <param name="Refusals">After how many equal permanent refusals in a row; 0 for never.</param>
/// <param name="Domains">Over how many domains at least.</param>
public readonly record struct FuseLimits(int Refusals, int Domains);

/// <summary>Counts equal permanent refusals of one campaign in a row, over many domains.</summary>
/// <remarks>
/// Servers that have nothing to do with each other do not refuse alike because of their recipients. Safe for concurrent
/// use.
/// </remarks>
public sealed class Fuse(FuseLimits limits)
{
    private static readonly SearchValues<char> NamesSomething = SearchValues.Create("@0123456789.[]<>");

    private readonly Lock _gate = new();
    private readonly HashSet<string> _domains = new(StringComparer.Ordinal);
    private string? _kind;
    private int _count;

    /// <summary>Learns of a permanent refusal. Anything that is accepted begins a new fuse.</summary>
    /// <returns>Why the campaign is to be paused; <see langword="null"/> when it is not.</returns>
    public string? Refuse(string domain, AttemptReport report)
    {
        ArgumentNullException.ThrowIfNull(report);

        var kind = KindOf(report);
        lock (_gate)
        {
            if (kind != _kind)
            {
                (_kind, _count) = (kind, 0);
                _domains.Clear();
            }

            _count++;
            if (_domains.Count < limits.Domains)
            {
                _domains.Add(domain);
            }

            return limits.Refusals > 0 && _count >= limits.Refusals && _domains.Count >= limits.Domains
                ? $"{_count} recipients of {_domains.Count} or more domains were refused alike, one after another: "
                    + $"{report.Cause.Name()}{(report.Reply is { Code: > 0 } reply ? $", {reply.Code}" : "")}"
                : null;
        }
    }

    // What is our fault is one kind whatever the words; else the same words, without what names the recipient.
    private static string KindOf(AttemptReport report)
    {
        if (report.Cause.IsOurs())
        {
            return report.Cause.Name();
        }

        var words = new StringBuilder($"{report.Cause.Name()} {report.Reply?.Code} {report.Reply?.EnhancedCode}");
        foreach (var word in (report.Reply?.Text ?? "").Split(' '))
        {
            if (!word.AsSpan().ContainsAny(NamesSomething))
            {
                words.Append(' ').Append(word);
            }
        }

        return words.ToString();
    }
}
