using System.CommandLine;
using OrleansCampaigns.Host.Classification;
using OrleansCampaigns.Host.Demonstration;
using OrleansCampaigns.Host.Serving;

var serve = ServeCommand.Create();
var root = new RootCommand("Sends e-mail campaigns and knows, for every contact and every attempt, what happened.")
{
    serve,
    MigrateCommand.Create(),
    KeysCommand.Create(),
    HealthCommand.Create(),
    DemoCommand.Create(),
    ClassifyCommand.Create(),
};

// Without a command it serves.
foreach (var option in serve.Options)
{
    root.Options.Add(option);
}

root.SetAction(ServeCommand.Run);

// Being told to stop is the server's own affair: it finishes what is in flight, however long that takes.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
