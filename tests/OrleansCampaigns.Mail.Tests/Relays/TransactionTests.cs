using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Domain.Delivery;
using OrleansCampaigns.TestKit;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>What one transaction comes to, whatever the server does and whenever it does it.</summary>
public sealed class TransactionTests
{
    [Fact]
    public async Task An_accepted_message_is_sent_with_the_servers_words()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("PIPELINING");
            await session.Take("250 2.0.0 Ok: queued as 4Xy");
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((Outcome.Sent, Cause.None, false), (report!.Outcome, report.Cause, report.InDoubt));
        Assert.Equal(new SmtpReply(250, "2.0.0", "Ok: queued as 4Xy"), report.Reply);
        Assert.Equal("main", report.Relay);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refused_recipient_is_classified_and_the_connection_is_kept(bool pipelining)
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet(pipelining ? ["PIPELINING"] : []);
            await session.Expect("MAIL FROM:");
            await session.Say("250 2.1.0 Ok");
            await session.Expect("RCPT TO:<anna@mail.example>");
            await session.Say("550-5.1.1 The email account that you tried to reach does not exist.");
            await session.Say("550 5.1.1 Please check the spelling");
            await session.Expect("RSET");
            await session.Say("250 2.0.0 Ok");
            await session.Take();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var refused = await relays.SendOne();
        var sent = await relays.SendOne();

        Assert.Equal((Outcome.Bounced, Cause.NoSuchMailbox), (refused!.Outcome, refused.Cause));
        Assert.Equal(550, refused.Reply!.Code);
        Assert.Equal("5.1.1", refused.Reply.EnhancedCode);
        Assert.Equal(
            "The email account that you tried to reach does not exist. Please check the spelling", refused.Reply.Text);
        Assert.Equal(Outcome.Sent, sent!.Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_refused_sender_is_the_attempts_reply_and_not_what_follows_it()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("PIPELINING");
            await session.Expect("MAIL FROM:");
            await session.Expect("RCPT TO:");
            await session.Say("451 4.3.0 Temporary server error");
            await session.Say("503 5.5.1 Error: need MAIL command");
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((Outcome.Deferred, Cause.ServerFault, 451), (report!.Outcome, report.Cause, report.Reply!.Code));
    }

    [Theory]
    [InlineData("554 5.7.1 Message identified as spam", Outcome.Spam, Cause.Spam)]
    [InlineData("552 5.2.2 Mailbox full", Outcome.SoftBounced, Cause.MailboxFull)]
    [InlineData("451 4.7.1 Greylisted, try again in 5 minutes", Outcome.Deferred, Cause.Greylisted)]
    [InlineData("252 2.0.0 Taken", Outcome.Sent, Cause.None)]
    public async Task A_reply_to_the_final_dot_is_classified_and_never_in_doubt(
        string reply, Outcome outcome, Cause cause)
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Take(reply);
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((outcome, cause, false), (report!.Outcome, report.Cause, report.InDoubt));
        Assert.Equal(
            reply.Contains("5 minutes", StringComparison.Ordinal) ? TimeSpan.FromMinutes(5) : null, report.RetryAfter);
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("mail")]
    [InlineData("rcpt")]
    [InlineData("data")]
    public async Task A_connection_lost_before_the_content_is_deferred_without_doubt(string until)
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            if (until == "connect")
            {
                return;
            }

            await session.Expect("MAIL");
            if (until == "mail")
            {
                return;
            }

            await session.Say("250 2.1.0 Ok");
            await session.Expect("RCPT");
            if (until == "rcpt")
            {
                return;
            }

            await session.Say("250 2.1.5 Ok");
            await session.Expect("DATA");
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((Outcome.Deferred, Cause.Unreachable, false), (report!.Outcome, report.Cause, report.InDoubt));
        Assert.Null(report.Reply);
    }

    [Fact]
    public async Task A_connection_lost_within_the_content_is_deferred_without_doubt()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.TakeEnvelope();
            await session.Expect("DATA");
            await session.Say("354 Go ahead");
            await session.Hear();
            session.Reset();
        });
        await using var relays = Given.Relays(server.Port);

        // Too large for the buffers between us: its last octets cannot have left when the connection breaks.
        var definition = Given.Definition();
        var large = new Attachment("large.bin", "application/octet-stream", new byte[10 * 1024 * 1024]);
        var message = Given.Message(
            definition with { Content = definition.Content with { Attachments = [large] } }, Given.Recipient());
        await using var lane = Assert.Single(await relays.Reserve(null, 1, CancellationToken.None));
        var report = await lane.Send(message, CancellationToken.None).WaitAsync(Given.Patience);

        Assert.Equal((Outcome.Deferred, Cause.Unreachable, false), (report!.Outcome, report.Cause, report.InDoubt));
    }

    [Fact]
    public async Task A_connection_lost_while_the_last_block_is_written_leaves_doubt()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.TakeEnvelope();
            await session.Expect("DATA");
            await session.Say("354 Go ahead");
            session.Reset();
        });
        await using var relays = Given.Relays(server.Port);

        // Its only block holds the final dot too: whether that arrived, nobody can tell.
        var report = await relays.SendOne();

        Assert.Equal((Outcome.Deferred, true), (report!.Outcome, report.InDoubt));
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(4000)]
    [InlineData(4096)]
    [InlineData(8000)]
    [InlineData(50_000)]
    public async Task Time_that_runs_out_at_the_final_dot_leaves_doubt_whatever_the_size(int size)
    {
        var clock = new ManualClock();
        var handedOver = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.TakeEnvelope();
            await session.TakeContent();
            handedOver.SetResult();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port, clock: clock);

        // At once: the client may not yet have returned from writing what the server has already read.
        var sending = relays.SendOne(html: new string('x', size));
        await handedOver.Task.WaitAsync(Given.Patience);
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.True((await sending)!.InDoubt);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("reset")]
    [InlineData("half")]
    [InlineData("garbage")]
    [InlineData("354 More?")]
    [InlineData("endless")]
    public async Task Whatever_replaces_the_reply_to_the_final_dot_leaves_doubt(string end)
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("PIPELINING");
            await session.TakeEnvelope();
            await session.TakeContent();
            switch (end)
            {
                case "close":
                    return;
                case "reset":
                    session.Reset();
                    return;
                case "half":
                    session.CloseHalf();
                    await session.Stall();
                    return;
                case "garbage":
                    await session.Say("Segmentation fault (core dumped)");
                    await session.Stall();
                    return;
                case "endless":
                    while (true)
                    {
                        await session.Say("250-and so on and so on and so on and so on and so on and so on and so on");
                    }

                default:
                    await session.Say(end);
                    await session.Stall();
                    return;
            }
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((Outcome.Deferred, true), (report!.Outcome, report.InDoubt));
    }

    [Fact]
    public async Task A_server_silent_after_the_final_dot_leaves_doubt()
    {
        var clock = new ManualClock();
        var handedOver = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.TakeEnvelope();
            await session.TakeContent();
            handedOver.SetResult();
            await session.Stall();
        });
        await using var relays =
            Given.Relays(server.Port, relay => relay.AcceptTimeout = TimeSpan.FromMinutes(10), clock);

        var sending = relays.SendOne();
        await handedOver.Task.WaitAsync(Given.Patience);
        clock.Advance(TimeSpan.FromMinutes(9));
        Assert.False(sending.IsCompleted);
        clock.Advance(TimeSpan.FromMinutes(2));

        var report = await sending;
        Assert.Equal((Outcome.Deferred, Cause.TimedOut, true), (report!.Outcome, report.Cause, report.InDoubt));
    }

    [Fact]
    public async Task A_server_silent_before_the_content_leaves_none()
    {
        var clock = new ManualClock();
        var named = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Expect("MAIL");
            await session.Say("250 2.1.0 Ok");
            await session.Expect("RCPT");
            named.SetResult();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port, clock: clock);

        var sending = relays.SendOne();
        await named.Task.WaitAsync(Given.Patience);
        clock.Advance(TimeSpan.FromMinutes(1));

        var report = await sending;
        Assert.Equal((Outcome.Deferred, Cause.TimedOut, false), (report!.Outcome, report.Cause, report.InDoubt));
    }

    [Fact]
    public async Task A_refusal_does_not_wait_long_for_the_connection_to_be_cleared()
    {
        var clock = new ManualClock();
        var refused = new TaskCompletionSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Take("550 5.7.1 No");
            await session.Expect("RSET");
            refused.SetResult();
            await session.Hear();
        });
        await using var relays =
            Given.Relays(server.Port, relay => relay.AcceptTimeout = TimeSpan.FromMinutes(10), clock);

        var sending = relays.SendOne();
        await refused.Task.WaitAsync(Given.Patience);

        // The limit is set just after the command has left us.
        await clock.UntilTimerWithin(TimeSpan.FromSeconds(5)).WaitAsync(Given.Patience);
        Assert.False(sending.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));
        var report = await sending;

        Assert.Equal((Outcome.Rejected, 550, false), (report!.Outcome, report.Reply!.Code, report.InDoubt));
    }

    [Fact]
    public async Task A_positive_reply_where_none_belongs_sends_nothing()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.TakeEnvelope();
            await session.Expect("DATA");
            await session.Say("250 Ok, whatever");
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal((Outcome.Deferred, false), (report!.Outcome, report.InDoubt));
    }

    [Fact]
    public async Task A_long_reply_is_cut()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Take($"550 5.7.1 {new string('x', 5000)}");
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);

        var report = await relays.SendOne();

        Assert.Equal(500, report!.Reply!.Text.Length);
    }

    [Fact]
    public async Task Cancelling_before_the_transaction_stops_it_and_keeps_the_lane()
    {
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.Take();
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);
        var lane = Assert.Single(await relays.Reserve(null, 1, CancellationToken.None));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => lane.Send(Given.Message(), new CancellationToken(canceled: true)));
        await lane.DisposeAsync();

        Assert.Equal(Outcome.Sent, (await relays.SendOne())!.Outcome);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Cancelling_within_the_transaction_changes_nothing()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet();
            await session.TakeEnvelope();
            await cancellation.CancelAsync();
            await session.TakeContent();
            await session.Say("250 2.0.0 Ok");
            await session.Stall();
        });
        await using var relays = Given.Relays(server.Port);
        await using var lane = Assert.Single(await relays.Reserve(null, 1, CancellationToken.None));

        var report = await lane.Send(Given.Message(), cancellation.Token).WaitAsync(Given.Patience);

        Assert.True(cancellation.IsCancellationRequested);
        Assert.Equal(Outcome.Sent, report!.Outcome);
    }

    [Fact]
    public async Task Dots_at_the_beginning_of_lines_arrive_as_they_were()
    {
        var arrived = new TaskCompletionSource<string>();
        await using var server = new ScriptedServer(async session =>
        {
            await session.Greet("SIZE 10000000");
            await session.TakeEnvelope();
            arrived.SetResult(await session.TakeContent());
            await session.Say("250 Ok");
        });
        await using var relays = Given.Relays(server.Port);
        var message = Given.Message(Given.Definition(html: "", text: ".\n..\n.x\nplain\n"), Given.Recipient());

        await using var lane = Assert.Single(await relays.Reserve(null, 1, CancellationToken.None));
        var report = await lane.Send(message, CancellationToken.None).WaitAsync(Given.Patience);

        Assert.Equal(Outcome.Sent, report!.Outcome);
        Assert.EndsWith("\r\n\r\n..\r\n...\r\n..x\r\nplain\r\n", await arrived.Task, StringComparison.Ordinal);
    }
}
