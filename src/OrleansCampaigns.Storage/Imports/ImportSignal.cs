using System.Threading.Channels;

namespace OrleansCampaigns.Storage.Imports;

/// <summary>Tells the worker that there is something to read; told several times, it looks once.</summary>
internal sealed class ImportSignal
{
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Tell() => _news.Writer.TryWrite(true);

    public async Task Wait(CancellationToken cancellation) => await _news.Reader.ReadAsync(cancellation);
}
