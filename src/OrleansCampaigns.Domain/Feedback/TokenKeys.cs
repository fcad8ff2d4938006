namespace OrleansCampaigns.Domain.Feedback;

/// <summary>One secret that tokens are made with.</summary>
/// <param name="Id">Its number, which tokens carry.</param>
/// <param name="Secret">At least 16 octets.</param>
/// <param name="Since">Campaigns created from then on use it, as long as there is no younger one.</param>
public sealed record TokenKey(byte Id, byte[] Secret, DateTimeOffset Since);

/// <summary>The secrets of an installation: new campaigns use the youngest, older tokens stay valid.</summary>
/// <remarks>
/// Which key a campaign uses follows from when it was created, so that its Message-IDs stay the same over a rotation.
/// A key that is taken out makes its tokens void.
/// </remarks>
public sealed class TokenKeys
{
    private readonly TokenKey[] _youngestFirst;

    /// <exception cref="ArgumentException">There is no key, a number is given twice, or a secret is too short.
    /// </exception>
    public TokenKeys(IEnumerable<TokenKey> keys)
    {
        _youngestFirst = [.. keys.OrderByDescending(key => key.Since)];
        if (_youngestFirst.Length == 0
            || _youngestFirst.DistinctBy(key => key.Id).Count() < _youngestFirst.Length
            || _youngestFirst.Any(key => key.Secret.Length < 16))
        {
            throw new ArgumentException("There must be keys, each with its own number and 16 octets.", nameof(keys));
        }
    }

    internal TokenKey Of(CampaignId campaign)
    {
        var created = DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(campaign.Value.AsSpan(4, 12), System.Globalization.NumberStyles.HexNumber,
                System.Globalization.CultureInfo.InvariantCulture));
        return Array.Find(_youngestFirst, key => key.Since <= created) ?? _youngestFirst[^1];
    }

    internal TokenKey? Find(byte id) => Array.Find(_youngestFirst, key => key.Id == id);
}
