using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrleansCampaigns.Mail.Tests;

/// <summary>A server that says exactly what a test tells it to, connection by connection.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<ScriptedSession, Task> script;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentBag<Task> sessions = [];
    private readonly Task accepting;
    private int count;

    /// <param name="script">What happens on each connection; the connection is closed when it returns.</param>
    public ScriptedServer(Func<ScriptedSession, Task> script)
    {
        this.script = script;
        listener.Start();
        accepting = Accept();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref count);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(sessions).WaitAsync(Given.Patience);
        stopping.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stopping.Token);
                socket.NoDelay = true;
                sessions.Add(Run(new ScriptedSession(socket, Interlocked.Increment(ref count), stopping.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private async Task Run(ScriptedSession session)
    {
        try
        {
            await script(session);
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client, or the test, had enough.
        }
        finally
        {
            session.Dispose();
        }
    }
}

/// <summary>One connection of a scripted server.</summary>
internal sealed class ScriptedSession(Socket socket, int number, CancellationToken stopping) : IDisposable
{
    private readonly NetworkStream stream = new(socket, ownsSocket: true);
    private readonly byte[] buffer = new byte[1];

    /// <summary>Which connection it is, from 1.</summary>
    public int Number { get; } = number;

    public CancellationToken Stopping => stopping;

    public async Task Say(string line) => await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), stopping);

    public async Task<string> Hear()
    {
        var line = new List<byte>();
        while (await stream.ReadAsync(buffer, stopping) > 0)
        {
            if (buffer[0] == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(buffer[0]);
        }

        throw new IOException("The client has closed the connection.");
    }

    /// <summary>Hears a line that begins so.</summary>
    public async Task<string> Expect(string begin)
    {
        var line = await Hear();
        return line.StartsWith(begin, StringComparison.OrdinalIgnoreCase)
            ? line
            : throw new IOException($"Expected {begin}, heard {line}.");
    }

    /// <summary>Greets, and answers EHLO.</summary>
    public async Task Greet(params string[] extensions)
    {
        await Say("220 scripted.example ESMTP");
        await Expect("EHLO");
        foreach (var extension in extensions)
        {
            await Say($"250-{extension}");
        }

        await Say("250 8BITMIME");
    }

    /// <summary>Says yes to MAIL and RCPT.</summary>
    public async Task TakeEnvelope()
    {
        await Expect("MAIL FROM:");
        await Say("250 2.1.0 Ok");
        await Expect("RCPT TO:");
        await Say("250 2.1.5 Ok");
    }

    /// <summary>Reads a message to its final dot.</summary>
    public async Task<string> TakeContent()
    {
        await Expect("DATA");
        await Say("354 Go ahead");
        var content = new StringBuilder();
        while (await Hear() is var line && line != ".")
        {
            content.Append(line).Append("\r\n");
        }

        return content.ToString();
    }

    /// <summary>Takes a whole message.</summary>
    public async Task Take(string reply = "250 2.0.0 Ok: queued")
    {
        await TakeEnvelope();
        await TakeContent();
        await Say(reply);
    }

    /// <summary>Resets the connection, so that the client's next write fails.</summary>
    public void Reset()
    {
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        Dispose();
    }

    /// <summary>Closes only the direction towards the client.</summary>
    public void CloseHalf() => socket.Shutdown(SocketShutdown.Send);

    /// <summary>Answers nothing but a reset and a farewell, until the client closes or the test ends.</summary>
    public async Task Stall()
    {
        while (await Hear() is var line && line != "QUIT")
        {
            if (line == "RSET")
            {
                await Say("250 2.0.0 Ok");
            }
        }

        await Say("221 2.0.0 Bye");
    }

    public void Dispose() => stream.Dispose();
}
