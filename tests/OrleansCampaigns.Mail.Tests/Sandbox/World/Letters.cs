using System.Globalization;
using System.Text;

namespace OrleansCampaigns.Mail.Tests.Sandbox.World;

/// <summary>Messages as a sender with tokens writes them, by hand.</summary>
internal static class Letters
{
    public const string Campaign = "cmp_0123456789abcdef0123456789abcdef";
    public const string Token = "q5k2abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstu";

    public static string ReturnPath => $"bounces+{Token}@sandbox.example";

    public static byte[] To(string recipient, Uri publicUrl) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        From: Weekly News <news@sender.example>
        To: "A. Reader" <{recipient}>
        Subject: Your week
        Message-ID: <{Token}@sender.example>
        X-Campaign: {Campaign}
        List-Unsubscribe: <{publicUrl}t/u/{Token}>,
         <mailto:unsubscribe+{Token}@sandbox.example?subject=unsubscribe>
        List-Unsubscribe-Post: List-Unsubscribe=One-Click
        MIME-Version: 1.0
        Content-Type: text/html; charset=utf-8

        <p><a href="{publicUrl}t/c/{Token}?u=a&amp;b=1">One</a> <a href="{publicUrl}t/c/{Token}2">Two</a>
        <a href="mailto:somebody@mail.example">Three</a> <a href="#top">Four</a>
        <a href="{publicUrl}t/c/{Token}2">Two again</a> <a href="{publicUrl}t/u/{Token}">Unsubscribe</a>
        <img src="https://pictures.example/a.png" width="600"><img src="{publicUrl}t/o/{Token}" width="1" height="1">
        </p>

        """).ReplaceLineEndings("\r\n"));
}
