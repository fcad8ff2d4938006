using System.CommandLine;
using System.Globalization;
using OrleansCampaigns.Host.Serving;

namespace OrleansCampaigns.Host.Demonstration;

/// <summary><c>demo</c>: a whole campaign against a sandbox of the receiving world, checked at the end.</summary>
internal static class DemoCommand
{
    private const int RecipientsMax = 1_000_000;

    private static readonly Option<int> Recipients = new("--recipients")
    {
        Description = "How many recipients the audience holds (default 2000).",
        DefaultValueFactory = _ => 2_000,
    };

    private static readonly Option<int> Seed = new("--seed")
    {
        Description = "Decides who the recipients are and what happens to them (default 1).",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print the result as one JSON object on the last line of standard output.",
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "Keep the database in this folder, which must not exist yet (default: a temporary folder).",
    };

    private static readonly Option<bool?> Stay = new("--stay")
    {
        Description =
            "Stay open at the end, to be looked into (default: on a terminal); --stay false ends in any case.",
    };

    public static Command Create()
    {
        Recipients.Validators.Add(result =>
        {
            // What is no number at all is told by the parser, and has no value to be asked for.
            var isNumber = result.Tokens.All(token => int.TryParse(token.Value, CultureInfo.InvariantCulture, out _));
            if (isNumber && result.GetValue(Recipients) is (< 1 or > RecipientsMax))
            {
                result.AddError($"--recipients must lie between 1 and {RecipientsMax}.");
            }
        });
        Data.Validators.Add(result =>
        {
            if (result.GetValue(Data) is { } folder && Path.Exists(folder))
            {
                result.AddError($"--data: {folder} exists already; the demo starts in a fresh folder.");
            }
        });
        var command = new Command(
            "demo", "Sends a campaign over real SMTP to a sandbox of the receiving world and checks every count.")
        {
            Recipients, Seed, Json, Data, Stay,
        };
        command.SetAction(async (arguments, cancellation) =>
        {
            var isJson = arguments.GetValue(Json);
            var stays = arguments.GetValue(Stay) ?? (!isJson && Display.IsWatched);
            var demo = new Demo(
                arguments.GetValue(Recipients),
                arguments.GetValue(Seed),
                arguments.GetValue(Data),
                stays,
                isJson ? new PlainDisplay(Console.Error) : Display.ForConsole());
            var status = 1;
            var explained = await ServerConfiguration.Explain(async () =>
            {
                var result = await demo.Run(cancellation);
                if (isJson)
                {
                    await Console.Out.WriteLineAsync(result.ToJson());
                }

                status = result.Violations.Count == 0 ? 0 : 1;
            });
            return explained == 0 ? status : explained;
        });
        return command;
    }
}
