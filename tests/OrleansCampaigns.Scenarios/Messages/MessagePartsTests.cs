using System.Text.Json.Nodes;

namespace OrleansCampaigns.Scenarios.Messages;

/// <summary>Everything that an author can put into a message, at once, as programs that are none of ours read it.
/// </summary>
[Trait("Speed", "slow")]
public sealed class MessagePartsTests
{
    // One pixel of #BADA55.
    private const string Picture =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGPYdSsUAAQ7AephLTvaAAAAAElFTkSuQmCC";

    private const string Html =
        """
        <div style="opacity:0;max-height:0;font-size:1px">Teaser&nbsp;&zwnj;&nbsp;</div>
        <!--[if mso]><v:roundrect href="https://shop.example/buy?n={{first_name}}">Buy</v:roundrect><![endif]-->
        <!--[if !mso]><!--><a href="https://shop.example/buy?n={{first_name}}">Buy</a><!--<![endif]-->
        <a href="https://shop.example/price list.pdf">Prices</a>
        <a href="https://shop.example/?c={{city}}">{{upper city}}</a>
        <img src="cid:logo@sender.example" alt="Logo" width="300" height="200">
        <a href="{{unsubscribe_url}}">Leave</a>
        """;

    [Fact]
    public async Task What_is_in_a_message_others_find_there()
    {
        Assert.SkipUnless(File.Exists(MessageParts.Python), "Python is not installed (apt-get install python3).");
        await using var server = new ServerProcess(relayPort: 0, command: ["serve", "--sandbox"]);
        await server.Start();
        await Send(server);

        var (_, raw, _) = await Browser.Get(server, "/sandbox/1/raw", server.Key);
        var file = Path.Combine(server.Folder, "message.eml");
        await File.WriteAllTextAsync(file, raw, TestContext.Current.CancellationToken);
        var mail = JsonNode.Parse(await Programs.Run(MessageParts.Python, "-c", MessageParts.Reader, file))!;

        AssertHeader(mail);
        var body = mail["body"]!;
        Assert.Equal("multipart/mixed", (string?)body["type"]);
        var alternative = body["parts"]![0]!;
        Assert.Equal("multipart/alternative", (string?)alternative["type"]);
        var related = alternative["parts"]![1]!;
        Assert.Equal(
            ("multipart/related", "text/html"), ((string?)related["type"], (string?)related["root"]));
        var image = related["parts"]![1]!;
        Assert.Equal(
            ("image/png", "<logo@sender.example>", "inline", "logo.png", Convert.FromBase64String(Picture).Length),
            ((string?)image["type"], (string?)image["id"], (string?)image["disposition"], (string?)image["file"],
                (int)image["octets"]!));
        var file1 = body["parts"]![1]!;
        Assert.Equal(
            ("application/pdf", "attachment", "Prices – 2030.pdf", 3),
            ((string?)file1["type"], (string?)file1["disposition"], (string?)file1["file"], (int)file1["octets"]!));
        Assert.All(AllParts(body), part => Assert.Empty(part["defects"]!.AsArray()));
        AssertTexts((string)alternative["parts"]![0]!["text"]!, (string)related["parts"]![0]!["text"]!);
    }

    [Fact]
    public async Task An_inline_image_is_seen_in_a_browser()
    {
        Assert.SkipWhen(
            MessageParts.Chromium is null || !File.Exists(MessageParts.Python),
            "Chromium or Python is not installed (apt-get install chromium python3).");
        await using var server = new ServerProcess(relayPort: 0, command: ["serve", "--sandbox"]);
        await server.Start();
        await Send(server);

        var shot = Path.Combine(server.Folder, "shot.png");
        var url = new UriBuilder($"{server.Url}/sandbox/1") { UserName = "anybody", Password = server.Key };
        await Programs.Run(
            MessageParts.Chromium!,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            "--window-size=1200,1200",
            $"--user-data-dir={Path.Combine(server.Folder, "browser")}",
            $"--screenshot={shot}",
            url.Uri.AbsoluteUri);

        // All of its 300 by 200 pixels, but for those that a browser blurs at the edge.
        Assert.InRange(
            int.Parse(
                await Programs.Run(MessageParts.Python, "-c", MessageParts.PixelCounter, shot, "bada55"),
                System.Globalization.CultureInfo.InvariantCulture),
            298 * 198,
            300 * 200);
    }

    private static async Task Send(ServerProcess server)
    {
        var list = await server.Import("address,first_name,number,city\nanna@mail.example,Zoe,4711,São Paulo\n");
        var campaign = await server.Draft(list, 1, new()
        {
            ["sender"] = new JsonObject
            {
                ["address"] = "news@sender.example",
                ["replyTo"] = "Büro <office@sender.example>, \"Doe, Jane\" <jane@sender.example>",
            },
            ["headers"] = new JsonObject
            {
                ["Precedence"] = "bulk",
                ["X-Customer"] = "No. {{number}}",
                ["Organization"] = "Bücher",
            },
            ["content"] = new JsonObject
            {
                ["subject"] = "Hello {{first_name}}",
                ["html"] = Html,
                ["attachments"] = new JsonArray(
                    new JsonObject
                    {
                        ["fileName"] = "logo.png",
                        ["contentType"] = "image/png",
                        ["content"] = Picture,
                        ["contentId"] = "logo@sender.example",
                    },
                    new JsonObject
                    {
                        ["fileName"] = "Prices – 2030.pdf",
                        ["contentType"] = "application/pdf",
                        ["content"] = "AQID",
                    }),
            },
        });
        await server.Post($"campaigns/{campaign}/start");
        await server.Ended(campaign);
    }

    private static void AssertHeader(JsonNode mail)
    {
        var headers = mail["headers"]!.AsArray().ToLookup(
            header => (string)header![0]!, header => (string)header![1]!, StringComparer.OrdinalIgnoreCase);
        Assert.All(headers, header => Assert.Single(header));
        Assert.Empty(mail["headerDefects"]!.AsArray());
        Assert.Equal("bulk", headers["Precedence"].Single());
        Assert.Equal("No. 4711", headers["X-Customer"].Single());
        Assert.Equal("Bücher", headers["Organization"].Single());
        Assert.Matches("^<lst-[0-9a-z]+\\.sender\\.example>$", headers["List-Id"].Single());
        Assert.Equal(
            [("Büro", "office@sender.example"), ("Doe, Jane", "jane@sender.example")],
            mail["replyTo"]!.AsArray().Select(one => ((string)one![0]!, (string)one[1]!)));
    }

    private static void AssertTexts(string text, string html)
    {
        Assert.DoesNotContain("Teaser", text, StringComparison.Ordinal);
        Assert.Contains("https://shop.example/price%20list.pdf", text, StringComparison.Ordinal);
        Assert.Contains("SÃO PAULO: https://shop.example/?c=S%C3%A3o%20Paulo", text, StringComparison.Ordinal);
        Assert.Contains("<!--[if mso]><v:roundrect href=\"http", html, StringComparison.Ordinal);
        Assert.Contains("src=\"cid:logo@sender.example\"", html, StringComparison.Ordinal);

        // The shape's link and its twin's are one, and both are tracked.
        var tracked = html.Split("href=\"").Skip(1).Select(rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)])
            .Where(target => target.Contains("/t/c/", StringComparison.Ordinal)).ToList();
        Assert.Equal((4, 3), (tracked.Count, tracked.Distinct().Count()));
        Assert.DoesNotContain("https://shop.example", html, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonNode> AllParts(JsonNode part) =>
        part["parts"]!.AsArray().SelectMany(inner => AllParts(inner!)).Prepend(part);
}
