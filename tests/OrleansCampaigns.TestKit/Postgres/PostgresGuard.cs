using System.Diagnostics;
using System.Globalization;

namespace OrleansCampaigns.TestKit.Postgres;

/// <summary>The shell that owns a server: it outlives its parent by as long as it takes to clean up.</summary>
internal static class PostgresGuard
{
    /// <summary>What the names of the folders begin with.</summary>
    public const string FolderPrefix = "oc-postgres-";

    // Prints the folder, then "stopped" for every stop. The server ignores whatever comes from the terminal.
    private const string Script = """
        bin=$1; owner=$2; shift 2
        umask 077
        dir=$(mktemp -d "${TMPDIR:-/tmp}/oc-postgres-XXXXXXXX") || exit 1
        echo "$owner" >"$dir/owner"
        "$bin/initdb" -D "$dir/data" -A trust -U campaigns -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 || {
            cat "$dir/initdb.log" >&2; rm -rf "$dir"; exit 1
        }
        echo "$dir"
        pid=
        stop() {
            if [ -n "$pid" ]; then kill "-$1" "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; pid=; fi
        }
        trap '' INT
        while read -r command signal; do
            case $command in
                start) "$bin/postgres" -D "$dir/data" -k "$dir" "$@" </dev/null >>"$dir/log" 2>&1 & pid=$!;;
                stop) stop "$signal"; echo stopped;;
            esac
        done
        stop QUIT
        rm -rf "$dir"
        """;

    // Small enough for several at once on one machine, and as durable as in production.
    private static readonly string[] Settings =
    [
        "listen_addresses=", "shared_buffers=128MB", "max_connections=200", "max_wal_size=2GB",
        "log_min_messages=warning",
    ];

    public static Process Start(string binaries, IEnumerable<string> settings)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };

        // The server refuses to run as root; its package brings a user for it.
        var isRoot = Environment.UserName == "root";
        start.FileName = isRoot ? "runuser" : "/bin/sh";
        string[] prefix = isRoot ? ["-u", "postgres", "--", "/bin/sh"] : [];
        var owner = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var options = Settings.Concat(settings).SelectMany(setting => new[] { "-c", setting });
        foreach (var argument in (string[])[.. prefix, "-c", Script, "guard", binaries, owner, .. options])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
