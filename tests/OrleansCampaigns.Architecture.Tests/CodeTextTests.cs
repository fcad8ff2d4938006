namespace OrleansCampaigns.Architecture.Tests;

public class CodeTextTests
{
    [Theory]
    [InlineData("a // {\nb", "a     \nb")]
    [InlineData("a /* { */ b", "a         b")]
    [InlineData("a = \"{\";", "a =    ;")]
    [InlineData("a = \"\\\"{\";", "a =      ;")]
    [InlineData("a = '{';", "a =    ;")]
    [InlineData("a = '\\'';", "a =     ;")]
    [InlineData("a = @\"\\\";", "a =     ;")]
    [InlineData("a = $\"{b[\"{\"]}{{\"; }", "a =              ; }")]
    [InlineData("a = \"\"\"{ \"b\" \"\"\"; }", "a =             ; }")]
    [InlineData("a = b / c;", "a = b / c;")]
    [InlineData("@class { }", "@class { }")]
    public void Comments_and_texts_are_blanked(string text, string code) => Assert.Equal(code, CodeText.Blank(text));

    [Fact]
    public void Methods_are_found_with_their_lengths()
    {
        const string Text = """
            namespace A;
            [Some(B = 1)]
            public sealed class C(int d) : E
            {
                private static readonly List<int> F = new(1)
                {
                    1,
                };

                [Fact]
                public int G(int h = 1)
                {
                    if (h > 1) { return 2; }
                    return 1;
                }

                public int I(int j) => j switch
                {
                    _ => 1,
                };

                public int K { get; init; }
            }
            """;

        var methods = MethodLengths.Of(SourceFile.Of("C.cs", Text));

        Assert.Equal(
            [("public int G(int h = 1)", 6), ("public int I(int j) => j switch", 4)],
            methods.Select(method => (method.Head, method.Length)));
    }
}
