using Microsoft.Extensions.Options;

namespace OrleansCampaigns.Mail.Mailboxes;

/// <summary>
/// Checks the mailboxes; every problem at once, each with its configuration key and without a secret.
/// </summary>
internal sealed class MailboxOptionsValidator : IValidateOptions<MailboxesOptions>
{
    private const int MailboxesMax = 100;
    private const int NameLengthMax = 40;

    private static readonly TimeSpan PollPeriodMin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TimeMax = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, MailboxesOptions options)
    {
        var problems = new List<string>();
        if (options.Mailboxes.Count > MailboxesMax)
        {
            problems.Add($"Mail:Mailboxes must be at most {MailboxesMax}.");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, mailbox) in options.Mailboxes.Index())
        {
            Check($"Mail:Mailboxes:{i}", mailbox, names, problems);
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static void Check(string key, MailboxOptions mailbox, HashSet<string> names, List<string> problems)
    {
        // It is a part of a grain's key.
        Require(
            mailbox.Name.Length is > 0 and <= NameLengthMax
                && mailbox.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'),
            "Name",
            $"must be 1 to {NameLengthMax} lower-case letters, digits and hyphens.");
        Require(names.Add(mailbox.Name), "Name", "is used by an earlier mailbox.");
        Require(Enum.IsDefined(mailbox.Protocol), "Protocol", "must be Imap or Pop3.");
        Require(
            Uri.CheckHostName(mailbox.Host) != UriHostNameType.Unknown,
            "Host",
            "is neither a host name nor an IP address.");
        Require(mailbox.Port is null or (>= 1 and <= 65535), "Port", "must be between 1 and 65535.");
        Require(Enum.IsDefined(mailbox.Security), "Security", "must be None, StartTls, StartTlsWhenAvailable or Tls.");
        Require(mailbox.Username.Length > 0, "Username", "must not be empty.");
        Require(mailbox.Password.Length > 0, "Password", "must not be empty.");
        Require(
            mailbox.PollPeriod >= PollPeriodMin && mailbox.PollPeriod <= TimeMax,
            "PollPeriod",
            "must be a second to a day.");
        Require(
            mailbox.Timeout > TimeSpan.Zero && mailbox.Timeout <= TimeMax,
            "Timeout",
            "must be more than zero and at most a day.");
        Require(Enum.IsDefined(mailbox.AfterReading), "AfterReading", "must be Delete, Move or Keep.");
        if (mailbox.Protocol == MailboxProtocol.Pop3)
        {
            Require(mailbox.AfterReading != AfterReading.Move, "AfterReading", "cannot be Move: POP3 has no folders.");
            return;
        }

        Require(mailbox.Folder.Length > 0, "Folder", "must not be empty.");
        Require(
            mailbox.SetAsideFolder.Length > 0 && mailbox.SetAsideFolder != mailbox.Folder,
            "SetAsideFolder",
            "must be a folder of its own.");
        Require(
            mailbox.AfterReading != AfterReading.Move
                || (mailbox.ReadFolder.Length > 0 && mailbox.ReadFolder != mailbox.Folder),
            "ReadFolder",
            "must be a folder of its own.");

        void Require(bool holds, string field, string rule)
        {
            if (!holds)
            {
                problems.Add($"{key}:{field} {rule}");
            }
        }
    }
}
