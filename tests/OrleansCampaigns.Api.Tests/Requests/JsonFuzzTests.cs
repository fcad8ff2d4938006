using System.Net;
using System.Text;
using OrleansCampaigns.Api.Access;
using OrleansCampaigns.Api.Campaigns;
using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Licences;
using OrleansCampaigns.Api.Lists;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Api.Tracking;
using OrleansCampaigns.Api.Views;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Api.Tests.Requests;

/// <summary>Whatever stands in the body of a request, it is read in bounded time, and is the caller's fault.</summary>
public sealed class JsonFuzzTests
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(1);

    private static readonly string[] Names =
    [
        "name", "sender", "address", "replyTo", "content", "subject", "html", "text", "fallbacks", "attachments",
        "fileName", "contentType", "bytes", "audience", "listIds", "filter", "viewId", "under", "recipients", "relay",
        "inDoubt", "timeZone", "trackOpens", "status", "statuses", "lastStatuses", "attributes", "contacts",
        "resubscribe", "amount", "actor", "reason", "consent", "scheduledAt", "contact", "role", "attribute", "not",
        "campaignId", "id", "\\ud800", "\\u0000", "", "$id", "__proto__", "Name",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1e400", "1e-400", "123456789012345678901234567890", "\"\"", "\"a@b.example\"",
        "\"\\ud800\"", "\"\\u0000\"", "\"\uFFFE\"", "\"aGVsbG8=\"", "\"%%%\"", "\"2030-01-01T00:00:00Z\"", "\"{{x\"",
        "\"Europe/Vienna\"", "\"account\"", "{", "]", ",", "\"", "//", "NaN", "'x'", "\u00FF", "[[[[[[[[",
    ];

    [Fact]
    public void Random_bodies_are_read_in_bounded_time()
    {
        var fuzz = Fuzz.Of(600);
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var body = Body(fuzz.Random);
            fuzz.Take(round, TimeMax, () => ReadAll(body), () => Encoding.UTF8.GetString(body));
        }
    }

    [Fact]
    public async Task Random_bodies_are_no_fault_of_ours()
    {
        await using var api = await TestApi.Start();
        var list = api.Lists.Add("a");
        var contact = api.Contacts.Add("ann@example.com");
        var made = await api.Client.Post("/v1/campaigns", """{"name":"a"}""");
        string[] paths =
        [
            "POST /v1/campaigns", $"PUT /v1/campaigns/{made["id"]}", "POST /v1/views", "POST /v1/lists",
            $"POST /v1/lists/{list.Id}/members", "POST /v1/contacts", $"PATCH /v1/contacts/{contact.Id}",
            $"POST /v1/contacts/{contact.Id}/unsubscribe", $"POST /v1/campaigns/{made["id"]}/test-send",
            $"POST /v1/campaigns/{made["id"]}/schedule", $"PATCH /v1/lists/{list.Id}",
        ];
        var fuzz = Fuzz.Of(300);
        for (var round = 0; round < fuzz.Rounds; round++)
        {
            var body = Encoding.UTF8.GetString(Body(fuzz.Random));
            var path = paths[fuzz.Random.Next(paths.Length)].Split(' ');

            var answer = await api.Client.Send(new HttpMethod(path[0]), path[1], body);

            Assert.True(
                answer.Status < HttpStatusCode.InternalServerError,
                $"Round {round} of seed {fuzz.Seed}: {answer.Status} for {string.Join(' ', path)} {body}");
        }
    }

    private static void ReadAll(byte[] body)
    {
        _ = OneClick.IsSaidIn(body);
        Read<CampaignRequest>(body, request => request.Read(new(), before: null));
        Read<CampaignRequest>(body, request => request.Audience?.Read(new()));
        Read<MembersRequest>(body, request => ContactRequest.ReadAll(request.Contacts ?? [], new(), "contacts"));
        Read<ViewRequest>(body, request => request.Filter?.Read(new(), FilterFields.Under("filter.")));
        Read<ScheduleRequest>(body, request => request.Read(new()));
        Read<ContactRequest>(body, _ => null);
        Read<ContactChangeRequest>(body, _ => null);
        Read<GrantRequest>(body, _ => null);
        Read<ApiKeyRequest>(body, _ => null);
        Read<TestSendRequest>(body, _ => null);
    }

    private static void Read<T>(byte[] body, Func<T, object?> check)
        where T : class
    {
        var read = JsonBody<T>.Read(JsonBodies.WithoutMark(body));
        if (read.Problem is null)
        {
            _ = check(read.Value);
        }
    }

    // Well-formed for the most part, now and then cut off, with altered octets, or with one part many times.
    private static byte[] Body(Random random)
    {
        var text = Value(random, depth: 0);
        if (random.Next(20) == 0)
        {
            var name = Names[random.Next(Names.Length)];
            var part = random.Next(2) == 0 ? $"\"{name}\":[" : $"{{\"{name}\":";
            text = string.Concat(Enumerable.Repeat(part, random.Next(2_000)));
        }

        var octets = Encoding.UTF8.GetBytes(text);
        if (random.Next(5) == 0)
        {
            octets = octets[..random.Next(octets.Length + 1)];
        }

        for (var i = random.Next(4) == 0 ? random.Next(5) : 0; i > 0 && octets.Length > 0; i--)
        {
            octets[random.Next(octets.Length)] = (byte)random.Next(256);
        }

        return octets;
    }

    private static string Value(Random random, int depth) => random.Next(depth > 5 ? 2 : depth == 0 ? 9 : 5) switch
    {
        0 => Values[random.Next(random.Next(3) == 0 ? Values.Length : 18)],
        1 => "\"" + new string("ax<{%"[random.Next(5)], random.Next(random.Next(40) == 0 ? 20_000 : 40)) + "\"",
        2 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1))) + "]",
        _ => "{" + string.Join(',', Enumerable.Range(0, random.Next(8)).Select(_ =>
            $"\"{Names[random.Next(Names.Length)]}\":{Value(random, depth + 1)}")) + "}",
    };
}
