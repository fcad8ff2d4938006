using OrleansCampaigns.TestKit.Baselines;

namespace OrleansCampaigns.Scenarios;

public class BaselineTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public void The_baseline_is_the_one_line_that_is_no_comment() =>
        Assert.Equal(Hash, Baseline.ReadCommit(["# Why it was moved.", "", $"{Hash} ", "# More."]));

    [Theory]
    [InlineData("# only a comment")]
    [InlineData("0123456")]
    [InlineData("main")]
    [InlineData(Hash, Hash)]
    [InlineData("0123456789ABCDEF0123456789ABCDEF01234567")]
    public void Anything_but_one_full_hash_is_refused(params string[] lines)
    {
        var refused = Assert.Throws<FormatException>(() => Baseline.ReadCommit(lines));

        Assert.Contains(Baseline.File, refused.Message, StringComparison.Ordinal);
    }
}
