using OrleansCampaigns.Host.Serving;
using OrleansCampaigns.Mail.Sandbox;

namespace OrleansCampaigns.Scenarios;

/// <summary>The command that a container asks for its health.</summary>
[Trait("Speed", "slow")]
public sealed class HealthCommandTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8025", "http://127.0.0.1:8025/health/ready")]
    [InlineData("http://[::]:8025", "http://[::1]:8025/health/ready")]
    [InlineData("https://10.0.0.7:8443", "https://10.0.0.7:8443/health/ready")]
    [InlineData("http://localhost:8025/", "http://localhost:8025/health/ready")]
    public void It_asks_where_the_process_listens(string listen, string url) =>
        Assert.Equal(url, HealthCommand.UrlOf(listen).AbsoluteUri);

    [Fact]
    public async Task Its_exit_code_tells_whether_the_process_is_ready()
    {
        await using var sink = SandboxServer.Start();
        await using var server = new ServerProcess(sink.Port);
        await server.Start();

        Assert.Equal(0, (await server.Run("health", "--listen", server.Url)).ExitCode);
        Assert.Equal(0, (await server.Run("health", "--url", $"{server.Url}/health/live")).ExitCode);
        Assert.Equal(1, (await server.Run("health", "--url", $"{server.Url}/health/missing")).ExitCode);

        await server.Terminate();
        var (exitCode, output) = await server.Run("health", "--listen", server.Url);
        Assert.Equal(1, exitCode);
        Assert.Contains("does not answer", output, StringComparison.Ordinal);

        (exitCode, output) = await server.Run("health", "--url", "nowhere");
        Assert.Equal(1, exitCode);
        Assert.Contains("--url", output, StringComparison.Ordinal);
    }
}
