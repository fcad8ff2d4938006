using System.Threading.Channels;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Tells the worker that there is something to read; told several times, it looks once.</summary>
internal sealed class ImportSignal
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Tell() => _news.Writer.TryWrite(true);

    /// <summary>Waits until told, or for <paramref name="atMost"/>: nobody tells what other processes took.</summary>
    public async Task Wait(TimeSpan? atMost, TimeProvider clock, CancellationToken cancellation)
    {
        try
        {
            await _news.Reader.WaitToReadAsync(cancellation).AsTask()
                .WaitAsync(atMost ?? Timeout.InfiniteTimeSpan, clock, cancellation);
        }
        catch (TimeoutException)
        {
            // Time to look.
        }

        _news.Reader.TryRead(out _);
    }
}
