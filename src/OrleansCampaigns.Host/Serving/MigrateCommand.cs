using System.CommandLine;

namespace OrleansCampaigns.Host.Serving;

/// <summary><c>migrate</c>: brings the database up to date and ends.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command(
            "migrate",
            "Brings the schema of the configured database up to date, and ends. Silos that start do so, too, unless "
            + "Postgres:Migrate is false.")
        {
            ServerConfiguration.Data, ServerConfiguration.Config,
        };
        command.SetAction(Run);
        return command;
    }

    private static Task<int> Run(ParseResult arguments, CancellationToken cancellation) =>
        ServerConfiguration.Explain(async () =>
        {
            var configuration = ServerConfiguration.Read(arguments);
            var applied = await ServerDatabase.Migrate(ServerSettings.Read(configuration), configuration, cancellation);
            foreach (var script in applied)
            {
                await Console.Out.WriteLineAsync($"Applied {script}");
            }

            await Console.Out.WriteLineAsync("The schema is up to date.");
        });
}
