using System.Net;
using System.Net.Sockets;
using System.Text;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Feedback;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests.Tracking;

/// <summary>Whatever plainly says <c>List-Unsubscribe=One-Click</c> unsubscribes, under every name of a body.</summary>
public sealed class OneClickTests
{
    private const string Said = "List-Unsubscribe=One-Click";

    [Theory]
    [InlineData("text/plain;charset=UTF-8", Said)]
    [InlineData("text/plain", Said)]
    [InlineData(null, Said)]
    [InlineData("nonsense", Said)]
    [InlineData("application/octet-stream", Said)]
    [InlineData("application/json", Said)]
    [InlineData("application/json", "\"" + Said + "\"")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-7", Said)]
    [InlineData("application/x-www-form-urlencoded; charset=nothing", Said)]
    [InlineData("APPLICATION/X-WWW-FORM-URLENCODED", Said)]
    [InlineData("application/x-www-form-urlencoded", "list-unsubscribe=one-click")]
    [InlineData("application/x-www-form-urlencoded", Said + "\r\n")]
    [InlineData("application/x-www-form-urlencoded", "List-Unsubscribe=One%2DClick")]
    [InlineData("text/plain", "LIST-UNSUBSCRIBE=ONE-CLICK  \n")]
    [InlineData("text/plain", "  List-Unsubscribe = One-Click")]
    [InlineData("text/plain", "\uFEFFList-Unsubscribe=One-Click\0")]
    [InlineData("text/plain", "a=b&" + Said + "&c")]
    [InlineData("text/plain", "a=b\r\n" + Said + "\r\n")]
    [InlineData("multipart/form-data", Said)]
    [InlineData("multipart/form-data; boundary=b", Said)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; "
        + "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n")]
    [InlineData("multipart/form-data; boundary=b", "--b\ncontent-disposition: form-data; name=list-unsubscribe\n"
        + "Content-Type: text/plain\n\none-click\n")]
    [InlineData("text/plain", "--c\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click")]
    public async Task A_one_click_counts_whatever_its_body_is_called(string? type, string body)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        Assert.Equal(HttpStatusCode.OK, await Post(api, tracked, type, Encoding.UTF8.GetBytes(body)));

        Assert.Equal("one-click", Assert.Single(api.Feedback.Applied).Event.Source);
        Assert.Equal(ContactStatus.Unsubscribed, tracked.Status);
    }

    [Fact]
    public async Task A_one_click_in_UTF_16_counts()
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        byte[] body = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(Said)];

        Assert.Equal(HttpStatusCode.OK, await Post(api, tracked, "text/plain; charset=utf-16", body));

        Assert.Equal(ContactStatus.Unsubscribed, tracked.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Content-Type: text/plain\r\n")]
    public async Task A_one_click_in_chunks_counts(string type)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);
        using var client = new TcpClient();
        await client.ConnectAsync(api.Anonymous.BaseAddress!.Host, api.Anonymous.BaseAddress.Port);

        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST {tracked.Unsubscribe()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{type}"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\nList-\r\n10\r\nUnsubscribe=One-\r\n5\r\nClick\r\n0\r\n\r\n"));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);

        Assert.StartsWith("HTTP/1.1 200", await reader.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(ContactStatus.Unsubscribed, tracked.Status);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData(null)]
    public async Task A_body_of_another_name_is_bounded_as_well(string? type)
    {
        await using var api = await TestApi.Start();
        var tracked = new Tracked(api);

        var body = Encoding.UTF8.GetBytes(Said + "&more=" + new string('x', 70_000));
        var status = await Post(api, tracked, type, body, ("Expect", "100-continue"));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Empty(api.Feedback.Tried);
    }

    [Fact]
    public void Bodies_of_the_greatest_length_are_read_in_no_time()
    {
        string[] parts = ["&", "=", "\n", "\0", "%2D", "List-Unsubscribe=", "Content-Disposition: form-data; name=x\n",
            "Content-Disposition: form-data; name=List-Unsubscribe\n", "\n\n", "Content-Disposition:;;;;;;=\n"];
        foreach (var part in parts)
        {
            var body = Encoding.Latin1.GetBytes(
                string.Concat(Enumerable.Repeat(part, 64 * 1024 / part.Length)));

            // Fifty times what is needed, of a processor: only a runaway search may fail this.
            Assert.InRange(ProcessorTime.Of(() => OneClick.IsSaidIn(body)).TotalSeconds, 0, 2);
        }
    }

    private static async Task<HttpStatusCode> Post(
        TestApi api, Tracked tracked, string? type, byte[] body, params (string Name, string Value)?[] headers)
    {
        using var content = new ByteArrayContent(body);
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return (await api.Anonymous.Send(HttpMethod.Post, tracked.Unsubscribe(), content, headers)).Status;
    }
}
