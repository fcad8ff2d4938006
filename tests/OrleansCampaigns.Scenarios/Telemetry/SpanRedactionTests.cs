using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Trace;
using OrleansCampaigns.Host.Telemetry;

namespace OrleansCampaigns.Scenarios.Telemetry;

/// <summary>What libraries may write into spans one day, or only when something fails.</summary>
public sealed class SpanRedactionTests : IDisposable
{
    private const string Secret = "ann@holunder.example";

    private readonly ActivitySource _source = new(Guid.NewGuid().ToString());
    private readonly List<Activity> _sent = [];
    private readonly TracerProvider _provider;

    public SpanRedactionTests()
    {
        ExceptionSilence.Begin();
        _provider = Sdk.CreateTracerProviderBuilder()
            .AddSource(_source.Name)
            .SetSampler(new AlwaysOnSampler())
            .AddProcessor(new SpanRedaction())
            .AddProcessor(new SimpleActivityExportProcessor(new Exporter(_sent)))
            .Build();
    }

    public void Dispose()
    {
        _provider.Dispose();
        _source.Dispose();
    }

    [Theory]
    [InlineData("url.path")]
    [InlineData("url.full")]
    [InlineData("url.query")]
    [InlineData("db.query.text")]
    [InlineData("user_agent.original")]
    [InlineData("http.request.method_original")]
    [InlineData("server.address")]
    [InlineData("client.address")]
    [InlineData("exception.message")]
    [InlineData("exception.stacktrace")]
    [InlineData("enduser.id")]
    [InlineData("whatever.comes.next")]
    public void An_attribute_that_may_hold_anything_is_left_out(string key)
    {
        using (var span = _source.StartActivity("span")!)
        {
            span.SetTag(key, "Ann Example").SetTag("relay", "first");
        }

        var sent = Assert.Single(_sent);
        Assert.Null(sent.GetTagItem(key));
        Assert.Equal("first", sent.GetTagItem("relay"));
    }

    [Theory]
    [InlineData("contact/ct:main:0123456789abcdef0123456789abcdef", "contact")]
    [InlineData("throttle/dt:holunder.example", "throttle")]
    [InlineData("no key", "")]
    public void Of_a_grain_only_the_type_is_told(string id, string told)
    {
        using (var span = _source.StartActivity("span")!)
        {
            span.SetTag("orleans.rpc.target_id", id);
        }

        Assert.Equal(told, Assert.Single(_sent).GetTagItem("orleans.rpc.target_id"));
    }

    [Fact]
    public void A_value_of_an_allowed_attribute_is_looked_at_all_the_same()
    {
        using (var span = _source.StartActivity($"GET {Secret}")!)
        {
            span.SetTag("http.route", $"/v1/{Secret}")
                .SetTag("error.type", new InvalidOperationException(Secret))
                .SetTag("relay", new[] { Secret })
                .SetStatus(ActivityStatusCode.Error, Secret);
        }

        var sent = Assert.Single(_sent);
        Assert.DoesNotContain("ann", sent.DisplayName, StringComparison.Ordinal);
        Assert.Equal("…", sent.GetTagItem("http.route"));
        Assert.Null(sent.GetTagItem("error.type"));
        Assert.Null(sent.GetTagItem("relay"));
        Assert.Equal((ActivityStatusCode.Error, null), (sent.Status, sent.StatusDescription));
    }

    [Fact]
    public void Of_an_exception_only_the_type_is_told()
    {
        using (var span = _source.StartActivity("span")!)
        {
            span.AddException(new InvalidOperationException($"Key (address)=({Secret}) already exists."));
        }

        var happened = Assert.Single(Assert.Single(_sent).Events);
        Assert.Equal(
            typeof(InvalidOperationException).FullName,
            happened.Tags.Single(tag => tag.Key == "exception.type").Value);
        Assert.DoesNotContain(happened.Tags, tag => $"{tag.Value}".Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void A_span_from_which_it_cannot_be_taken_away_is_not_sent()
    {
        using (var span = _source.StartActivity("event")!)
        {
            span.AddEvent(new("note", tags: new() { ["text"] = Secret }));
        }

        using (var span = _source.StartActivity("state")!)
        {
            span.TraceStateString = $"vendor={Secret}";
        }

        Assert.Empty(_sent);
    }

    private sealed class Exporter(List<Activity> sent) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
            {
                sent.Add(activity);
            }

            return ExportResult.Success;
        }
    }
}
