using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans;

namespace OrleansCampaigns.Domain;

/// <summary>What sort of refusal it is; decides the HTTP status and nothing else.</summary>
public enum RefusalKind
{
    /// <summary>The request itself breaks a rule (422).</summary>
    Invalid = 1,

    /// <summary>There is no such thing (404).</summary>
    NotFound = 2,

    /// <summary>The thing is in a state that does not allow it (409).</summary>
    Conflict = 3,

    /// <summary>Too much, or too many at once (429).</summary>
    Throttled = 4,

    /// <summary>Too few licences (402).</summary>
    PaymentRequired = 5,

    /// <summary>Whoever asks is not who may (403).</summary>
    Forbidden = 6,
}

/// <summary>A domain refusal: data, never an exception.</summary>
/// <param name="Kind">What sort of refusal.</param>
/// <param name="Code">Stable and public: callers branch on it.</param>
/// <param name="Detail">For people: the field, the rule, and the value where it is harmless.</param>
/// <param name="Field">The offending field of the request, in the request's own spelling.</param>
[GenerateSerializer, Immutable, Alias("Refusal")]
public sealed record Refusal(
    [property: Id(0)] RefusalKind Kind,
    [property: Id(1)] string Code,
    [property: Id(2)] string Detail,
    [property: Id(3)] string? Field = null)
{
    /// <summary>What else is wrong, where several things are; <see langword="null"/> when it is this alone.</summary>
    [Id(10)] public ImmutableList<OtherRefusal>? Others { get; init; }

    /// <summary>Several refusals as one, which the first speaks for; <see langword="null"/> for none.</summary>
    public static Refusal? Of(IReadOnlyList<Refusal> refusals) => refusals.Count switch
    {
        0 => null,
        1 => refusals[0],
        _ => refusals[0] with
        {
            Others = [.. refusals.Skip(1).Select(other => new OtherRefusal(other.Code, other.Detail, other.Field))],
        },
    };

    /// <summary>The request breaks a rule.</summary>
    public static Refusal Invalid(string code, string detail, string? field = null) =>
        new(RefusalKind.Invalid, code, detail, field);

    /// <summary>There is no such thing.</summary>
    public static Refusal NotFound(string code, string detail) => new(RefusalKind.NotFound, code, detail);

    /// <summary>The state does not allow it.</summary>
    public static Refusal Conflict(string code, string detail) => new(RefusalKind.Conflict, code, detail);

    /// <summary>Whoever asks is not who may.</summary>
    public static Refusal Forbidden(string code, string detail) => new(RefusalKind.Forbidden, code, detail);
}

/// <summary>What else a refusal tells of.</summary>
/// <param name="Code">Stable and public.</param>
/// <param name="Detail">For people.</param>
/// <param name="Field">The offending field of the request.</param>
[GenerateSerializer, Immutable, Alias("OtherRefusal")]
public sealed record OtherRefusal(
    [property: Id(0)] string Code, [property: Id(1)] string Detail, [property: Id(2)] string? Field = null);

/// <summary>A value, or the refusal that stands in its place.</summary>
[GenerateSerializer, Immutable, Alias("Result`1")]
public sealed record Result<T>
{
    /// <summary>The value; meaningless when refused.</summary>
    [Id(0)]
    public T? Value { get; init; }

    /// <summary>Why there is no value.</summary>
    [Id(1)]
    public Refusal? Refusal { get; init; }

    /// <summary>Whether there is a refusal instead of a value.</summary>
    [MemberNotNullWhen(true, nameof(Refusal))]
    [MemberNotNullWhen(false, nameof(Value))]
    public bool IsRefused => Refusal is not null;

    /// <summary>Wraps a value.</summary>
    [SuppressMessage(
        "Usage", "CA2225", Justification = "The conversion is the point; a named alternate would only add noise.")]
    public static implicit operator Result<T>(T value) => new() { Value = value };

    /// <summary>Wraps a refusal.</summary>
    [SuppressMessage(
        "Usage", "CA2225", Justification = "The conversion is the point; a named alternate would only add noise.")]
    public static implicit operator Result<T>(Refusal refusal) => new() { Refusal = refusal };
}
