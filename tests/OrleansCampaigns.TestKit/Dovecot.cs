using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansCampaigns.TestKit;

/// <summary>Debian's Dovecot with a configuration, mailboxes and ports of its own.</summary>
public sealed class Dovecot : IAsyncDisposable
{
    /// <summary>The password of every user.</summary>
    public const string Password = "only-tests-know";

    private const string Binary = "/usr/sbin/dovecot";
    private const string Nobody = "65534";

    private const UnixFileMode Passable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Anybodys = Passable | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private readonly string _folder = Directory.CreateTempSubdirectory("oc-dovecot-").FullName;
    private Process? _process;
    private int _delivered;

    private Dovecot()
    {
    }

    /// <summary>Why it cannot be used here, or <see langword="null"/>.</summary>
    public static string? Missing =>
        !File.Exists(Binary) || !File.Exists("/usr/lib/dovecot/imap") || !File.Exists("/usr/lib/dovecot/pop3")
            ? "Dovecot is not installed (apt-get install dovecot-imapd dovecot-pop3d)."
            : Environment.UserName != "root" ? "Dovecot with users of its own can only be started by root." : null;

    /// <summary>Where IMAP is spoken.</summary>
    public int ImapPort { get; } = FreePort();

    /// <summary>Where POP3 is spoken.</summary>
    public int Pop3Port { get; } = FreePort();

    /// <summary>Starts it; both ports answer when this returns.</summary>
    public static async Task<Dovecot> Start()
    {
        var dovecot = new Dovecot();
        await dovecot.Configure();
        dovecot._process = Process.Start(
            new ProcessStartInfo(Binary, ["-F", "-c", Path.Combine(dovecot._folder, "dovecot.conf")])
            {
                RedirectStandardError = true,
            })!;
        dovecot._process.ErrorDataReceived += (_, _) => { };
        dovecot._process.BeginErrorReadLine();
        foreach (var port in new[] { dovecot.ImapPort, dovecot.Pop3Port })
        {
            await Eventually.Holds($"Dovecot listens on {port}", () => Answers(port));
        }

        return dovecot;
    }

    /// <summary>Puts a message into a user's mailbox, as a delivery agent does.</summary>
    public async Task Deliver(string user, byte[] message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var mailbox = MakeMailbox(user);
        var name = $"{Interlocked.Increment(ref _delivered):D9}.M{_delivered}P{Environment.ProcessId}.test";
        var written = Path.Combine(mailbox, "tmp", name);
        await File.WriteAllBytesAsync(written, message);
        File.Move(written, Path.Combine(mailbox, "new", name));
    }

    /// <summary>
    /// The messages in a folder of a user's mailbox; the inbox when <paramref name="folder"/> is empty.
    /// </summary>
    public IReadOnlyList<string> Messages(string user, string folder = "")
    {
        ArgumentNullException.ThrowIfNull(folder);
        var path = Path.Combine(Mailbox(user), folder.Length == 0 ? "" : $".{folder}");
        return
        [
            .. new[] { "new", "cur" }
                .Select(part => Path.Combine(path, part))
                .Where(Directory.Exists)
                .SelectMany(Directory.EnumerateFiles)
                .Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Makes the numbers of messages void, as a restored mailbox does.</summary>
    public void LoseNumbers(string user)
    {
        foreach (var file in Directory.EnumerateFiles(Mailbox(user), "dovecot*"))
        {
            File.Delete(file);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            using var stop = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await stop.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> Answers(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port);
            return await client.GetStream().ReadAsync(new byte[1]) == 1;
        }
        catch (Exception notYet) when (notYet is SocketException or IOException)
        {
            return false;
        }
    }

    private string Mailbox(string user) => Path.Combine(_folder, "mail", user);

    private string MakeMailbox(string user)
    {
        var mailbox = Mailbox(user);
        MakeFolder(mailbox);
        foreach (var part in new[] { "tmp", "new", "cur" })
        {
            MakeFolder(Path.Combine(mailbox, part));
        }

        return mailbox;
    }

    private static void MakeFolder(string path)
    {
        if (!Directory.Exists(path))
        {
            Directory.CreateDirectory(path);
            SetMode(path, Anybodys);
        }
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private async Task Configure()
    {
        // Every folder on the way must be passable for the user that reads the mail.
        SetMode(_folder, Passable);
        MakeFolder(Path.Combine(_folder, "mail"));
        var config = Path.Combine(_folder, "dovecot.conf");
        await File.WriteAllTextAsync(
            config,
            $$"""
            protocols = imap pop3
            listen = 127.0.0.1
            base_dir = {{_folder}}/run
            state_dir = {{_folder}}/state
            log_path = {{_folder}}/dovecot.log
            ssl = no
            disable_plaintext_auth = no
            auth_mechanisms = plain
            auth_failure_delay = 0
            mail_location = maildir:{{_folder}}/mail/%u
            mail_max_userip_connections = 50
            login_trusted_networks = 127.0.0.0/8
            passdb {
              driver = static
              args = password={{Password}}
            }
            userdb {
              driver = static
              args = uid={{Nobody}} gid={{Nobody}} home={{_folder}}/mail/%u allow_all_users=yes
            }
            first_valid_uid = {{Nobody}}
            first_valid_gid = {{Nobody}}
            namespace inbox {
              inbox = yes
              separator = /
            }
            service imap-login {
              inet_listener imap {
                port = {{ImapPort}}
              }
              inet_listener imaps {
                port = 0
              }
            }
            service anvil {
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service pop3-login {
              inet_listener pop3 {
                port = {{Pop3Port}}
              }
              inet_listener pop3s {
                port = 0
              }
            }

            """,
            new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    }
}
