using System.Globalization;

namespace OrleansCampaigns.TestKit;

/// <summary>How many inputs a fuzz test makes, of which numbers, and how long each of them may take.</summary>
/// <remarks>
/// Everybody's run is the same. <c>FUZZ_ROUNDS</c> makes more inputs and <c>FUZZ_SEED</c> others; a failure names the
/// seed and the round that it came from, which make the same input again.
/// </remarks>
public sealed class Fuzz
{
    private const int SeedDefault = 20261130;

    private Fuzz(int rounds, int seed)
    {
        (Rounds, Seed) = (rounds, seed);
        Random = new Random(seed);
    }

    /// <summary>How many inputs.</summary>
    public int Rounds { get; }

    /// <summary>What they are made of.</summary>
    public int Seed { get; }

    /// <summary>The numbers.</summary>
    public Random Random { get; }

    /// <param name="rounds">How many inputs there are unless more are asked for.</param>
    public static Fuzz Of(int rounds) => new(Read("FUZZ_ROUNDS") ?? rounds, Read("FUZZ_SEED") ?? SeedDefault);

    /// <summary>Reads one input on this thread, within a time of its processor.</summary>
    /// <param name="round">Which input.</param>
    /// <param name="most">How long it may take.</param>
    /// <param name="read">Reads it, without leaving the thread.</param>
    /// <param name="describe">Tells the input when it took longer.</param>
    public void Take(int round, TimeSpan most, Action read, Func<string> describe)
    {
        ArgumentNullException.ThrowIfNull(describe);
        TimeSpan taken;
        try
        {
            taken = ProcessorTime.Of(read);
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"Round {round} of seed {Seed} failed: {describe()}", failure);
        }

        if (taken > most)
        {
            throw new TimeoutException(
                $"Round {round} of seed {Seed} took {taken.TotalSeconds:0.00} s of a processor: {describe()}");
        }
    }

    private static int? Read(string name) => int.TryParse(
        Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        ? value
        : null;
}
