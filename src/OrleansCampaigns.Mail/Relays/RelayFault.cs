using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Relays;

/// <summary>The relay itself does not serve us: nothing about any recipient.</summary>
/// <param name="Detail">For people: what failed, with the relay's words; never holds a secret.</param>
internal sealed record RelayFault(string Detail)
{
    private const int DetailLengthMax = 200;

    /// <summary>What went wrong while connecting, greeting or authenticating.</summary>
    /// <remarks>What we do not know still keeps the relay down for a while, rather than the campaign stuck.</remarks>
    public static RelayFault From(Exception exception, bool authenticating) => exception switch
    {
        SocketException socket => new($"cannot connect: {socket.SocketErrorCode}"),
        AuthenticationException refused => FromAuthentication(refused),
        SmtpCommandException reply when authenticating => new(Shorten($"authentication failed: {Say(reply)}")),
        SmtpCommandException reply => new(Shorten($"greeting {Say(reply)}")),
        SslHandshakeException => new("TLS failed: the certificate or the handshake was refused"),
        NotSupportedException when authenticating => new("authentication is not offered"),
        NotSupportedException => new("TLS failed: STARTTLS is not offered"),
        SmtpProtocolException when authenticating => new("connection lost while authenticating"),
        SmtpProtocolException or ProtocolViolationException =>
            new("greeting is not SMTP, or the connection was closed"),
        IOException => new("cannot connect: connection lost"),
        OperationCanceledException => new("cannot connect: timed out"),
        _ => new($"cannot connect: {exception.GetType().Name}"),
    };

    /// <summary>The relay offers no encryption, and a password is not sent without it.</summary>
    public static RelayFault NotEncrypted { get; } =
        new("STARTTLS is not offered, and the password is not sent in the clear");

    /// <summary>The relay wants us to authenticate or to encrypt first (530).</summary>
    public static RelayFault NotAuthenticated(string text) =>
        new(Shorten($"authentication required: 530 {OneLine(text)}"));

    /// <summary>The relay refuses us, or what we are, in the middle of a transaction.</summary>
    public static RelayFault Refused(SmtpReply reply) => new(Shorten(OneLine(
        $"{reply.Code}{(reply.EnhancedCode is { } code ? $" {code}" : "")} {reply.Text}")));

    // MailKit puts the reply into the message, "535: 5.7.8 …". A 4xx is the relay's trouble, not our password's.
    private static RelayFault FromAuthentication(AuthenticationException refused) =>
        refused.Message.StartsWith('4')
            ? new(Shorten($"authentication failed: {OneLine(refused.Message)}"))
            : new("credentials refused");

    private static string Say(SmtpCommandException reply) => $"{(int)reply.StatusCode} {OneLine(reply.Message)}";

    // No address: the detail is logged, and shown to whoever looks after the relay.
    private static string OneLine(string text) => string.Join(
        ' ', text.ReplaceLineEndings(" ").Trim().Split(' ').Select(
            word => word.Contains('@', StringComparison.Ordinal) ? "<address>" : word));

    private static string Shorten(string text) => PlainText.Cut(text, DetailLengthMax);
}
