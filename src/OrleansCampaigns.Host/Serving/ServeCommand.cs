using System.CommandLine;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Host.Sandboxing;

namespace OrleansCampaigns.Host.Serving;

/// <summary><c>serve</c>: a silo, the API or both, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command(
            "serve",
            "Runs the silo and the API: on the embedded database (the default), or as one of many processes on "
            + "PostgreSQL.")
        {
            ServerConfiguration.Role, ServerConfiguration.Data, ServerConfiguration.Listen, ServerConfiguration.Sandbox,
            ServerConfiguration.Config,
        };
        command.SetAction(Run);
        return command;
    }

    public static Task<int> Run(ParseResult arguments, CancellationToken cancellation) =>
        ServerConfiguration.Explain(() => Serve(ServerConfiguration.Read(arguments), cancellation));

    private static async Task Serve(IConfiguration given, CancellationToken cancellation)
    {
        await using var sandbox = ServedSandbox.Start(given);
        var configuration = sandbox?.Settings ?? given;
        await using var server = await Server.Build(configuration, cancellation: cancellation);
        sandbox?.Map(server);
        Server.Introduce(server, configuration);
        await server.StartAsync(cancellation);
        sandbox?.Awaken(server);
        if (ServerSettings.Read(configuration).ServerRole != ServerRole.Silo)
        {
            var access = server.Services.GetRequiredService<IAccessDirectory>();
            await access.CreateFirstAdministratorKey(
                secret => StandardOutput.Write($"Administrator key, shown this once: {secret}"), cancellation);
        }

        foreach (var url in server.Urls)
        {
            await Console.Out.WriteLineAsync($"Listening on {url}");
        }

        await Console.Out.FlushAsync(cancellation);
        await server.WaitForShutdownAsync(cancellation);
    }
}
