using System.Net.Sockets;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Scenarios;

/// <summary>Debian's Postfix with a configuration and a queue of its own, delivering to local mailboxes.</summary>
/// <remarks>It drops its privileges by itself and therefore has to be started by root.</remarks>
internal sealed class Postfix : IAsyncDisposable
{
    private const string Binary = "/usr/sbin/postfix";
    private const string Nobody = "65534";

    private readonly string _folder = Directory.CreateTempSubdirectory("oc-postfix-").FullName;

    private Postfix()
    {
    }

    /// <summary>Why it cannot be used here, or <see langword="null"/>.</summary>
    public static string? Missing => !File.Exists(Binary)
        ? "Postfix is not installed (apt-get install postfix)."
        : Environment.UserName != "root" ? "Postfix can only be started by root." : null;

    public int Port { get; } = ServerProcess.FreePort();

    private string MailFolder => Path.Combine(_folder, "mail");

    public static async Task<Postfix> Start(IEnumerable<string> mailboxes, IEnumerable<string> full)
    {
        var postfix = new Postfix();
        await postfix.Configure(mailboxes, full);
        await Programs.Run(Binary, "-c", Path.Combine(postfix._folder, "etc"), "start");
        await Eventually.Holds("Postfix listens", async () =>
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync("127.0.0.1", postfix.Port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return postfix;
    }

    /// <summary>The messages as stored, each with the mailbox it is in.</summary>
    public IReadOnlyList<(string Mailbox, string File)> Messages() =>
    [
        .. Directory.EnumerateFiles(MailFolder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(Path.GetDirectoryName(file)) == "new")
            .Select(file => (Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(file)))!, file)),
    ];

    public async ValueTask DisposeAsync()
    {
        await Programs.Run(Binary, "-c", Path.Combine(_folder, "etc"), "stop");
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Configure(IEnumerable<string> mailboxes, IEnumerable<string> full)
    {
        foreach (var name in new[] { "etc", "queue", "data", "mail" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
        }

        // Every folder on the way must be passable for the users that Postfix runs as.
        await Programs.Run("chmod", "755", _folder);
        await Programs.Run("chown", "postfix", Path.Combine(_folder, "data"));
        await Programs.Run("chown", $"{Nobody}:{Nobody}", MailFolder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "main.cf"), $"""
            compatibility_level = 3.6
            queue_directory = {_folder}/queue
            data_directory = {_folder}/data
            maillog_file = {_folder}/mail.log
            maillog_file_prefixes = {_folder}
            mail_owner = postfix
            setgid_group = postdrop
            myhostname = mx.receiver.example
            mydestination =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            mynetworks = 127.0.0.0/8
            virtual_mailbox_domains = receiver.example
            virtual_mailbox_maps = texthash:{_folder}/etc/mailboxes
            virtual_mailbox_base = {MailFolder}
            virtual_uid_maps = static:{Nobody}
            virtual_gid_maps = static:{Nobody}
            virtual_minimum_uid = 100
            smtpd_client_connection_count_limit = 0
            smtpd_recipient_restrictions =
                check_recipient_access texthash:{_folder}/etc/access, permit_mynetworks, reject_unauth_destination

            """);
        await File.WriteAllTextAsync(Path.Combine(_folder, "etc", "master.cf"), $"""
            127.0.0.1:{Port} inet n - n - - smtpd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            verify unix - - n - 1 verify
            flush unix n - n 1000? 0 flush
            proxymap unix - - n - - proxymap
            showq unix n - n - - showq
            error unix - - n - - error
            retry unix - - n - - error
            virtual unix - n n - - virtual
            anvil unix - - n - 1 anvil
            postlog unix-dgram n - n - 1 postlogd

            """);
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "etc", "mailboxes"), mailboxes.Select(name => $"{name}@receiver.example {name}/"));
        await File.WriteAllLinesAsync(
            Path.Combine(
                _folder, "etc", "access"), full.Select(name => $"{name}@receiver.example 552 5.2.2 Mailbox full"));
    }
}
