using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansCampaigns.Grains;

/// <summary>A grain's state as it is stored: what is being written is served once it has landed, not before.</summary>
/// <remarks>
/// A call or a timer that interleaves with a write reads <see cref="Value"/>, which stays as it was until the write has
/// succeeded: else another grain would act on a decision that a crash can still undo. A write that fails may have
/// landed all the same, so the grain is told to leave and reads it anew; until then the value before stays, and nothing
/// more is written.
/// </remarks>
/// <param name="record">The state, as the runtime has read it.</param>
/// <param name="leave">Makes the grain leave memory.</param>
internal sealed class Stored<T>(IPersistentState<T> record, Action leave)
    where T : class
{
    private T? _before;

    /// <summary>What the last write that succeeded has left.</summary>
    public T Value => _before ?? record.State;

    /// <summary>Whether a write has failed, so that memory says nothing about the store any more.</summary>
    public bool IsOutdated { get; private set; }

    /// <summary>Stores a state in place of the one before. Durable when it returns.</summary>
    /// <param name="next">Another instance than <see cref="Value"/>, which must not change while it is served.</param>
    /// <param name="cancellation">Ends the wait; the write may land all the same.</param>
    public async Task Write(T next, CancellationToken cancellation = default)
    {
        if (IsOutdated)
        {
            throw new InconsistentStateException("An earlier write of this activation failed; the state is read anew.");
        }

        _before = record.State;
        record.State = next;
        try
        {
            await record.WriteStateAsync(cancellation);
            _before = null;
        }
        catch
        {
            IsOutdated = true;
            leave();
            throw;
        }
    }
}
