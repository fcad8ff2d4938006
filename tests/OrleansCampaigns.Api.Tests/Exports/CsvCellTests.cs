using System.Text;
using OrleansCampaigns.Api.Exports;

namespace OrleansCampaigns.Api.Tests.Exports;

public sealed class CsvCellTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("Ann", "Ann")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("\"", "\"\"\"\"")]
    [InlineData("a\r\nb", "\"a\r\nb\"")]
    [InlineData(" a ", "\" a \"")]
    [InlineData("a;b", "a;b")]
    [InlineData("čšž 漢字 😀", "čšž 漢字 😀")]
    public void A_cell_is_quoted_where_RFC_4180_asks_for_it(string? value, string expected) =>
        Assert.Equal(expected, Written(value));

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("+SUM(A1)", "'+SUM(A1)")]
    [InlineData("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0")]
    [InlineData("\t=1", "'\t'=1")]
    [InlineData("\r=1", "\"'\r'=1\"")]
    [InlineData("\n=1", "\"'\n'=1\"")]
    [InlineData("a;=1+1", "a;'=1+1")]
    [InlineData("a;@x;-2;+SUM(A1)", "a;'@x;-2;'+SUM(A1)")]
    [InlineData("a\t=1", "a\t'=1")]
    [InlineData("a|=1", "a|'=1")]
    [InlineData("a; =1", "a; '=1")]
    [InlineData("a;\"=1\"", "\"a;\"\"'=1\"\"\"")]
    [InlineData("a\n=1", "\"a\n'=1\"")]
    [InlineData("{\"note\":\"x;=1\"}", "\"{\"\"note\"\":\"\"x;'=1\"\"}\"")]
    [InlineData("=\"a\"", "\"'=\"\"a\"\"\"")]
    [InlineData("=1,2", "\"'=1,2\"")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("＠x", "'＠x")]
    [InlineData("-", "'-")]
    [InlineData("--1", "'--1")]
    [InlineData("+-1", "'+-1")]
    [InlineData("-1e5", "'-1e5")]
    [InlineData("+43 660 123", "'+43 660 123")]
    [InlineData("-1 ", "\"'-1 \"")]
    public void What_a_spreadsheet_would_run_is_text(string value, string expected) =>
        Assert.Equal(expected, Written(value));

    [Theory]
    [InlineData("-12")]
    [InlineData("-12.50")]
    [InlineData("+436601234567")]
    [InlineData("12")]
    public void A_number_stays_a_number(string value) => Assert.Equal(value, Written(value));

    private static string Written(string? value)
    {
        var line = new StringBuilder("before\"");
        CsvCell.Write(line, value);
        return line.ToString()["before\"".Length..];
    }
}
