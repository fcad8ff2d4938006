using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrleansCampaigns.Contracts.Contacts;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Grains.Tests.Imports;

/// <summary>The real importer beside an engine: it takes files at once, and reads them when it is told to.</summary>
public sealed class ImportDesk : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("oc-desk-").FullName;
    private readonly Engine _engine;
    private readonly IHost _taking;
    private IHost? _reading;

    public ImportDesk(Engine engine)
    {
        _engine = engine;
        _taking = Build(readsImports: false);
        Importer = _taking.Services.GetRequiredService<IContactImporter>();
    }

    public IContactImporter Importer { get; }

    public ISuppressionDirectory Suppressions => _taking.Services.GetRequiredService<ISuppressionDirectory>();

    public IContactDirectory Contacts => _taking.Services.GetRequiredService<IContactDirectory>();

    /// <summary>Takes a file; it is not read before <see cref="Read"/>.</summary>
    public async Task<string> Take(string list, string csv)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(csv));
        return (await Importer.Start(Engine.Account, list, new(), stream)).Value!.Id;
    }

    /// <summary>Reads what was taken, from now on.</summary>
    public async Task Read()
    {
        _reading = Build(readsImports: true);
        await _reading.StartAsync();
    }

    public Task<Import> Ended(string import) => Eventually.Get(
        "the import ends",
        async () => await Importer.Find(Engine.Account, import) is { Status: not ImportStatus.Running } ended
            ? ended
            : null);

    public async ValueTask DisposeAsync()
    {
        if (_reading is not null)
        {
            await _reading.StopAsync();
            _reading.Dispose();
        }

        _taking.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private IHost Build(bool readsImports)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging();
        builder.Services.AddSingleton(
            _engine.Cluster.Silos[0].ServiceProvider.GetRequiredService<IContactStandings>());
        builder.Services.AddOrleansCampaignsDirectory(
            _engine.Database, new DirectoryOptions { SpoolFolder = _folder, ReadsImports = readsImports });
        return builder.Build();
    }
}
