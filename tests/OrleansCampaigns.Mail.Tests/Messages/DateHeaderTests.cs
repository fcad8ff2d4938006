using System.Globalization;
using MimeKit.Utils;
using OrleansCampaigns.Mail.Messages;

namespace OrleansCampaigns.Mail.Tests.Messages;

public sealed class DateHeaderTests
{
    [Theory]
    [InlineData("2026-02-01T09:05:03+00:00", "Sun, 01 Feb 2026 09:05:03 +0000")]
    [InlineData("2026-07-14T23:59:59+05:45", "Tue, 14 Jul 2026 23:59:59 +0545")]
    [InlineData("2026-11-22T00:17:30-03:30", "Sun, 22 Nov 2026 00:17:30 -0330")]
    [InlineData("2026-11-22T00:17:30-11:00", "Sun, 22 Nov 2026 00:17:30 -1100")]
    public void A_date_is_written_with_its_offset_and_read_back_the_same(string iso, string expected)
    {
        var date = DateTimeOffset.Parse(iso, CultureInfo.InvariantCulture);

        Assert.Equal(expected, HeaderText.Date(date));
        Assert.True(DateUtils.TryParse(HeaderText.Date(date), out var read));
        Assert.Equal(date, read);
        Assert.Equal(date.Offset, read.Offset);
    }
}
