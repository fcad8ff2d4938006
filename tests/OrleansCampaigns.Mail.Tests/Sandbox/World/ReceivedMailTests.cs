using OrleansCampaigns.Mail.Sandbox.World;

namespace OrleansCampaigns.Mail.Tests.Sandbox.World;

public sealed class ReceivedMailTests
{
    private static readonly Uri PublicUrl = new("http://127.0.0.1:8025/");

    [Fact]
    public void It_knows_where_the_message_leads()
    {
        var mail = ReceivedMail.Read(
            Letters.ReturnPath, "a@mail.example", 2, Letters.To("a@mail.example", PublicUrl));

        Assert.Equal(
            [$"http://127.0.0.1:8025/t/c/{Letters.Token}?u=a&b=1", $"http://127.0.0.1:8025/t/c/{Letters.Token}2"],
            mail.Links.Select(link => link.AbsoluteUri));
        Assert.Equal($"http://127.0.0.1:8025/t/o/{Letters.Token}", mail.Pixel?.AbsoluteUri);
        Assert.Equal($"http://127.0.0.1:8025/t/u/{Letters.Token}", mail.UnsubscribeUrl?.AbsoluteUri);
        Assert.Equal("mailto", mail.UnsubscribeMail?.Scheme);
        Assert.True(mail.OffersOneClick);
        Assert.Equal(
            ($"{Letters.Token}@sender.example", Letters.Campaign, "Your week", 2),
            (mail.MessageId, mail.Campaign, mail.Subject, mail.Attempt));
        Assert.StartsWith("From: Weekly News", mail.Header, StringComparison.Ordinal);
        Assert.EndsWith("charset=utf-8", mail.Header, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_leads_nowhere_is_one_too()
    {
        var mail = ReceivedMail.Read("", "a@mail.example", 1, "Subject: x\r\n\r\nHello <a href=\r\n"u8.ToArray());

        Assert.Empty(mail.Links);
        Assert.Null(mail.Pixel);
        Assert.Null(mail.UnsubscribeUrl);
        Assert.Null(mail.UnsubscribeMail);
        Assert.False(mail.OffersOneClick);
    }
}
