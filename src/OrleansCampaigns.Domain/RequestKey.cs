using System.Collections.Immutable;
using Orleans;

namespace OrleansCampaigns.Domain;

/// <summary>A request that its sender may repeat: the same name and the same content mean the same request.</summary>
/// <param name="Name">The name that the sender gave it, as <c>Idempotency-Key</c>.</param>
/// <param name="Content">A fingerprint of what was asked.</param>
/// <param name="Answer">What it has led to, where a repetition cannot tell from the state.</param>
[GenerateSerializer, Immutable, Alias("RequestKey")]
public sealed record RequestKey(
    [property: Id(0)] string Name, [property: Id(1)] string Content, [property: Id(2)] string? Answer = null);

/// <summary>The requests that a grain has answered lately, kept with what they led to.</summary>
/// <remarks>
/// Kept in the state that a request changes: an effect that is stored and a key that is not, or the other way round,
/// cannot be, whatever crashes. Beyond <see cref="CountMax"/> the oldest is forgotten.
/// </remarks>
[GenerateSerializer, Immutable, Alias("AnsweredRequests")]
public sealed record AnsweredRequests
{
    /// <summary>How many are kept.</summary>
    public const int CountMax = 200;

    /// <summary>The latest ones, oldest first.</summary>
    [Id(0)] public ImmutableList<RequestKey> Keys { get; init; } = [];

    /// <summary>Whether a request was answered before; a refusal when another one has its name.</summary>
    public Result<bool> Knows(RequestKey? request)
    {
        var known = Find(request);
        return known is null ? false
            : known.Content == request!.Content ? true
            : Refusal.Invalid(
                "idempotency.mismatch", "Another request was sent with this Idempotency-Key.", "Idempotency-Key");
    }

    /// <summary>The request of the same name; <see langword="null"/> when there was none.</summary>
    public RequestKey? Find(RequestKey? request) =>
        request is null ? null : Keys.Find(key => key.Name == request.Name);

    /// <summary>With one more request.</summary>
    public AnsweredRequests Add(RequestKey? request) => request is null
        ? this
        : new() { Keys = (Keys.Count >= CountMax ? Keys.RemoveAt(0) : Keys).Add(request) };
}
