using System.Text.Json.Nodes;
using OrleansCampaigns.Mail.Sandbox;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios.OpenApi;

/// <summary>One server for all tests that look at the description of the API.</summary>
public sealed class ServedApi : IAsyncLifetime
{
    internal const string WebhookSecret = "a secret of sixteen";

    internal SandboxServer Sink { get; } = SandboxServer.Start(new SandboxOptions { KeepMessages = true });

    internal ServerProcess Server { get; private set; } = null!;

    /// <summary>The document, as it is served.</summary>
    internal string Text { get; private set; } = "";

    internal JsonNode Document => JsonNode.Parse(Text)!;

    public async ValueTask InitializeAsync()
    {
        Server = new ServerProcess(Sink.Port, new()
        {
            ["Mail:Webhooks:Postmark:Secret"] = WebhookSecret,
            ["Engine:TestSendsPerHour"] = "1",
            ["Tracking:MachineWindow"] = "00:00:00",
        });
        await Server.Start();
        Text = await Server.Http.GetStringAsync(new Uri($"{Server.Url}/openapi/v1.json"));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Sink.DisposeAsync();
    }
}
