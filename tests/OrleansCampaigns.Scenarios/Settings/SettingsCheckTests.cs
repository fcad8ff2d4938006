using System.Text;
using Microsoft.Extensions.Configuration;
using OrleansCampaigns.Host.Settings;

namespace OrleansCampaigns.Scenarios.Settings;

/// <summary>A key that names no setting, and a value of no use, are told and never passed over.</summary>
public sealed class SettingsCheckTests
{
    [Theory]
    [InlineData("Mail:Relayz:0:Host", "relay.example", "Mail:Relayz is no setting. Did you mean Mail:Relays?")]
    [InlineData("Mial:ReturnPath", "a@b.example", "Mial is no setting. Did you mean Mail?")]
    [InlineData("Listn", "http://127.0.0.1", "Listn is no setting. Did you mean Listen?")]
    [InlineData("Relays:0:Host", "relay.example", "Relays is no setting. Did you mean Mail:Relays?")]
    [InlineData("Mail:Mailboxes:0:Usrname", "us", "Mail:Mailboxes:0:Usrname is no setting. Did you mean")]
    [InlineData("Tracking:Keys:0:Secrets", "x", "Tracking:Keys:0:Secrets is no setting. Did you mean")]
    [InlineData("Throttling:Domains:mail.example:RatePerDay", "5", "Throttling:Domains:mail.example:RatePerDay is no")]
    [InlineData("Throttling:Relays:main:RatePerHour", "5", "Throttling:Relays is no setting. It is set by Mail:Relays")]
    [InlineData("Engine:DeductOn", "Sent", "Engine:DeductOn is no setting. It is set by Licences:DeductOn.")]
    [InlineData(
        "Engine:AreLicencesUnlimited", "true",
        "Engine:AreLicencesUnlimited is no setting. It is set by Licences:Unlimited.")]
    [InlineData("Nonsense", "5", "Nonsense is no setting. Known here: ")]
    [InlineData("Postgres:Migrated", "true", "Postgres:Migrated is no setting. Did you mean Postgres:Migrate?")]
    [InlineData("Mail:Webhooks:Postmark:Pasword", "x", "Mail:Webhooks:Postmark:Pasword is no setting. Did you mean")]
    [InlineData("Mail:Webhooks:Sendgridd:PublicKey", "x", "Mail:Webhooks:Sendgridd is no setting. Did you mean")]
    [InlineData("Logging:Level:Default", "Debug", "Logging:Level is no setting. Known here: LogLevel.")]
    [InlineData("Telemetry:Otlp:Endpint", "x", "Telemetry:Otlp:Endpint is no setting. Did you mean Telemetry:Otlp:")]
    public void A_key_that_is_no_setting_is_told_with_the_nearest_that_is(string key, string value, string problem) =>
        Assert.StartsWith(problem, Assert.Single(Check((key, value))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Mail:Relays:0:Port", "smtp", "must be a whole number")]
    [InlineData("Mail:Relays:0:Port", "99999999999", "must be a whole number")]
    [InlineData("Mail:Relays:0:Port", "", "must be a whole number")]
    [InlineData("Mail:Relays:0:Security", "SSL", "must be one of None, StartTls, StartTlsWhenAvailable, Tls, not 'SSL")]
    [InlineData("Mail:Relays:0:Security", "7", "must be one of None, StartTls, StartTlsWhenAvailable, Tls, not '7'")]
    [InlineData("Mail:Relays:0:Provider", "SendGird", "must be one of None, SendGrid, Mailgun, Postmark, Ses")]
    [InlineData("Mail:Relays:0:RatePerSecond", "2,5", "must be a number")]
    [InlineData("Mail:Relays:0:RatePerSecond", "NaN", "must be a number")]
    [InlineData("Mail:Mailboxes:1:Protocol", "Imap4", "must be one of Imap, Pop3")]
    [InlineData("Mail:Mailboxes:0:AfterReading", "Archive", "must be one of Delete, Move, Keep")]
    [InlineData("Mail:Mailboxes:0:PollPeriod", "30", "must be a time such as 00:00:30")]
    [InlineData("Mail:Mailboxes:0:PollPeriod", "1 minute", "must be a time such as 00:00:30")]
    [InlineData("Mail:Mailboxes:0:AllowInvalidCertificates", "yes", "must be true or false")]
    [InlineData("Tracking:Keys:2:Id", "first", "must be a whole number")]
    [InlineData("Tracking:Keys:0:Since", "yesterday", "must be a moment such as")]
    [InlineData("Throttling:Domains:mail.example:Concurrency", "many", "must be a whole number")]
    [InlineData("Throttling:Senders:news@sender.example:RatePerMinute", "1.5", "must be a whole number")]
    [InlineData("Throttling:Default:RatePerSecond", "fast", "must be a number")]
    [InlineData("Throttling:BackOff:PauseMax", "5m", "must be a time such as")]
    [InlineData("Licences:DeductOn", "Never", "must be one of FirstAttempt, Sent")]
    [InlineData("Licences:Unlimited", "perhaps", "must be true or false")]
    [InlineData("Engine:Retry:Deferred:First", "soon", "must be a time such as")]
    [InlineData("Logging:LogLevel:Default", "Verbose", "must be one of Trace, Debug, Information, Warning, Error")]
    [InlineData("Mail:Verp", "on", "must be true or false")]
    public void A_value_of_no_use_is_told_with_what_is_allowed(string key, string value, string problem) =>
        Assert.StartsWith($"{key} {problem}", Assert.Single(Check((key, value))), StringComparison.Ordinal);

    [Theory]
    [InlineData("Mail:Relays", "relay.example", "it is a list, whose entries are Mail:Relays:0 and so on.")]
    [InlineData("Mail:Relays:main:Host", "relay.example", "is no entry: those of Mail:Relays are numbered from 0.")]
    [InlineData("Mail:Relays:0", "relay.example", "it holds settings of its own, such as Mail:Relays:0:")]
    [InlineData("Mail:Inbound:Addresses", "a@b.example", "it is a list")]
    [InlineData("Throttling:Domains", "mail.example", "its entries have names, as in Throttling:Domains:NAME.")]
    [InlineData("Postgres", "Host=db;Password=secret-word", "it holds settings of its own")]
    [InlineData("Data:Folder", "./data", "is one value and holds no others.")]
    public void What_stands_at_the_wrong_depth_is_told(string key, string value, string problem)
    {
        var told = Assert.Single(Check((key, value)));
        Assert.Contains(problem, told, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-word", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail:relays:0:SECURITY", "starttls")]
    [InlineData("Mail:Relays:0:RatePerSecond", "")]
    [InlineData("Mail:Relays:0:Weight", "3")]
    [InlineData("Engine:Retry:MaxAge", "3.00:00:00")]
    [InlineData("Throttling:Domains:mail.example:RatePerSecond", "0.5")]
    [InlineData("Tracking:Keys:0:Since", "2030-01-31T12:00:00Z")]
    [InlineData("Logging:LogLevel:Orleans.Runtime", "debug")]
    [InlineData("Kestrel:Certificates:Default:Path", "/etc/ssl/x.pfx")]
    [InlineData("Telemetry:Otlp:Endpoint", "")]
    [InlineData("Mail:Webhooks:Ses:TopicArns:0", "arn:aws:sns:eu-west-1:123456789012:bounces")]
    [InlineData("Postgres:ConnectionString", "Host=db")]
    public void What_is_right_is_left_in_peace(string key, string value) => Assert.Empty(Check((key, value)));

    [Fact]
    public void Every_problem_is_told_at_once_and_a_file_and_the_environment_are_named()
    {
        // A prefix of its own: no process that another test starts shall see it.
        const string name = "OC_CHECK_TEST_Mail__Relayz__0__Host";
        Environment.SetEnvironmentVariable(name, "relay.example");
        try
        {
            using var json = new MemoryStream(Encoding.UTF8.GetBytes(
                """{"Engine": {"PumpMax": 3}, "Mail": {"Mailboxes": [{"Port": "imap"}, null]}}"""));
            var problems = SettingsCheck.FindProblems(new ConfigurationBuilder()
                .AddJsonStream(json)
                .AddEnvironmentVariables("OC_CHECK_TEST_")
                .Build());

            Assert.Contains(problems, problem => problem.StartsWith(
                "Mail:Relayz (from the environment: ORLEANSCAMPAIGNS_Mail__Relayz__0__Host) is no setting.",
                StringComparison.Ordinal));
            Assert.Contains(problems, problem => problem.StartsWith("Engine:PumpMax ", StringComparison.Ordinal)
                && problem.EndsWith("Did you mean Engine:PumpsMax?", StringComparison.Ordinal));
            Assert.Contains(
                problems, problem => problem.StartsWith("Mail:Mailboxes:0:Port ", StringComparison.Ordinal));
            Assert.Contains(problems, problem => problem.StartsWith("Mail:Mailboxes:1 ", StringComparison.Ordinal));
            Assert.Equal(4, problems.Count);
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    private static IReadOnlyList<string> Check(params (string Key, string Value)[] settings) =>
        SettingsCheck.FindProblems(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(pair => pair.Key, pair => (string?)pair.Value))
            .Build());
}
