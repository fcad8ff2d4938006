using System.CommandLine;
using System.Globalization;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Storage.Directory;
using OrleansCampaigns.Storage.Postgres;

namespace OrleansCampaigns.Host.Serving;

/// <summary><c>keys</c>: makes, lists and revokes API keys on the machine, for an operator who has none.</summary>
/// <remarks>Who may read the database needs no key. The embedded one must not be served meanwhile.</remarks>
internal static class KeysCommand
{
    private const int NameLengthMax = 200;

    private static readonly Option<string> Name = new("--name")
    {
        Description = "What the key is for (default: made on the machine).",
        DefaultValueFactory = _ => "Made on the machine",
    };

    private static readonly Option<ApiRole> KeyRole = new("--role")
    {
        Description = "Administrator (default) or Client.",
        DefaultValueFactory = _ => ApiRole.Administrator,
    };

    private static readonly Option<string> Account = new("--account")
    {
        Description = "Whose it is (default main).",
        DefaultValueFactory = _ => AccountId.Main.Value,
    };

    private static readonly Argument<string> Key = new("key") { Description = "The key's id, as in the list." };

    public static Command Create()
    {
        var create = Describe("create", "Makes a key and prints its secret, once.", Make);
        create.Options.Add(Name);
        create.Options.Add(KeyRole);
        create.Options.Add(Account);
        var revoke = Describe("revoke", "Revokes a key, unless it is the last of an administrator.", Revoke);
        revoke.Arguments.Add(Key);
        return new Command("keys", "Makes, lists and revokes API keys in the database, without the API.")
        {
            create, Describe("list", "Lists keys, revoked ones too, without their secrets.", List), revoke,
        };
    }

    private static Command Describe(
        string name, string description, Func<ParseResult, AccessDirectory, CancellationToken, Task> run)
    {
        var command = new Command(name, description) { ServerConfiguration.Data, ServerConfiguration.Config };
        command.SetAction((arguments, cancellation) => ServerConfiguration.Explain(async () =>
        {
            // It finds a database or none, and changes no schema.
            var configuration = ServerConfiguration.Read(arguments);
            var settings = ServerSettings.Read(configuration);
            if (configuration.GetSection(PostgresOptions.Section).Exists())
            {
                configuration[$"{PostgresOptions.Section}:{nameof(PostgresOptions.Migrate)}"] = "false";
            }
            else if (!File.Exists(settings.DatabasePath))
            {
                throw new SettingsException(
                    $"{nameof(settings.Data)}: there is no database {Path.GetFullPath(settings.DatabasePath)}.");
            }

            await using var database = await ServerDatabase.Open(settings, configuration, cancellation);
            await run(arguments, new AccessDirectory(database.Any), cancellation);
        }));
        return command;
    }

    private static async Task Make(ParseResult arguments, AccessDirectory keys, CancellationToken cancellation)
    {
        var account = AccountId.Parse(arguments.GetValue(Account))
            ?? throw new SettingsException("--account must have 1 to 40 lower-case letters, digits and hyphens.");
        var name = arguments.GetValue(Name)!.Trim();
        if (name.Length is 0 or > NameLengthMax || name.Any(char.IsControl))
        {
            throw new SettingsException($"--name must have 1 to {NameLengthMax} characters in one line.");
        }

        var (key, secret) = await keys.CreateKey(account, name, arguments.GetValue(KeyRole), cancellation);
        try
        {
            StandardOutput.Write($"{key.Id} {secret}");
        }
        catch (SettingsException)
        {
            // Its secret is lost, so that it opens nothing; the last administrator's stays, and is told.
            await keys.RevokeKey(key.Id, cancellation);
            throw;
        }
    }

    private static async Task List(ParseResult arguments, AccessDirectory keys, CancellationToken cancellation)
    {
        foreach (var key in await keys.QueryKeys(account: null, cancellation))
        {
            var revoked = key.RevokedAt is { } at ? $"revoked {Show(at)}" : "in force";
            await Console.Out.WriteLineAsync(
                $"{key.Id}  {key.Role,-13}  {key.Account.Value}  made {Show(key.CreatedAt)}  {revoked}  {key.Name}");
        }
    }

    private static async Task Revoke(ParseResult arguments, AccessDirectory keys, CancellationToken cancellation)
    {
        var id = arguments.GetValue(Key)!;
        switch (await keys.RevokeKey(id, cancellation))
        {
            case KeyRevocation.LastAdministrator:
                throw new SettingsException(
                    $"{id} is the last key of an administrator; make another one first: keys create.");
            case KeyRevocation.Unknown:
                throw new SettingsException($"There is no key {id} in force.");
            default:
                await Console.Out.WriteLineAsync($"{id} is revoked.");
                break;
        }
    }

    private static string Show(DateTimeOffset at) =>
        at.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
