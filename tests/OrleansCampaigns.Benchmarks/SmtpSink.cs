using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using OrleansCampaigns.Scenarios;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Benchmarks;

/// <summary>Postfix's <c>smtp-sink</c> in a process of its own: it takes everything and costs next to nothing.
/// </summary>
internal sealed class SmtpSink : IAsyncDisposable
{
    private const string Binary = "/usr/sbin/smtp-sink";

    private readonly Process _process;

    private SmtpSink(Process process, int port) => (_process, Port) = (process, port);

    public int Port { get; }

    public static async Task<SmtpSink> Start()
    {
        if (!File.Exists(Binary))
        {
            throw new InvalidOperationException($"{Binary} is missing (apt-get install postfix).");
        }

        var port = ServerProcess.FreePort();
        string[] arguments = Environment.UserName == "root" ? ["-u", "nobody"] : [];
        var process = Process.Start(Binary, [.. arguments, $"127.0.0.1:{port}", "1000"]);
        var sink = new SmtpSink(process, port);
        await Eventually.Holds("the sink listens", async () =>
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return sink;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
