using OrleansCampaigns.Grains.Delivery;

namespace OrleansCampaigns.Mail.Tests.Relays;

/// <summary>Waits for a relay's state, which changes in the background.</summary>
internal static class RelayWaits
{
    /// <summary>Until the relay is down, with a probe later than <paramref name="after"/>.</summary>
    public static Task<RelayState> UntilDown(this IMailRelays relays, DateTimeOffset after = default) =>
        Until(relays, state => !state.IsUp && state.NextProbeAt > after, "The relay never went down.");

    public static Task<RelayState> UntilUp(this IMailRelays relays) =>
        Until(relays, state => state.IsUp, "The relay never came up.");

    private static async Task<RelayState> Until(IMailRelays relays, Func<RelayState, bool> holds, string otherwise)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Given.Patience;
        while (TimeProvider.System.GetUtcNow() < deadline)
        {
            var state = relays.GetState(null);
            if (holds(state))
            {
                return state;
            }

            await Task.Yield();
        }

        throw new TimeoutException(otherwise);
    }
}
