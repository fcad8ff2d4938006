using System.Globalization;
using System.Runtime.CompilerServices;
using OrleansCampaigns.Domain.Campaigns;

namespace OrleansCampaigns.Api.Tests.Requests;

/// <summary>What the documents promise is what the code allows.</summary>
public sealed class ContentLimitTests
{
    [Fact]
    public void The_documented_limits_of_content_are_the_real_ones()
    {
        var document = File.ReadAllText(Path.Combine(
            Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "api.md"));

        Assert.Contains(
            Row("subject; HTML; text", ContentLimits.SubjectMax, ContentLimits.BodyMax),
            document, StringComparison.Ordinal);
        Assert.Contains(
            Row("subject; HTML; text, once fields are filled in", ContentLimits.SubjectMax, ContentLimits.RenderedMax),
            document, StringComparison.Ordinal);
    }

    private static string Row(string what, int subject, int body) => string.Create(
        CultureInfo.InvariantCulture, $"| {what} | {subject:N0}; {body:N0}; {body:N0} characters |");

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
