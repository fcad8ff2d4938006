using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans;

namespace OrleansCampaigns.Domain;

/// <summary>Names an account: 1 to 40 lower-case letters, digits and hyphens.</summary>
[GenerateSerializer, Immutable, Alias("AccountId"), JsonConverter(typeof(AccountIdJson))]
public readonly record struct AccountId([property: Id(0)] string Value)
{
    /// <summary>The account that exists from the first start.</summary>
    public static readonly AccountId Main = new("main");

    /// <summary>The account of that name, or <see langword="null"/> when it is not a name.</summary>
    public static AccountId? Parse(string? text) =>
        text is { Length: > 0 and <= 40 } && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            ? new AccountId(text)
            : null;

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Names a campaign; printed <c>cmp_…</c> with 32 hexadecimal digits.</summary>
[GenerateSerializer, Immutable, Alias("CampaignId"), JsonConverter(typeof(CampaignIdJson))]
public readonly record struct CampaignId([property: Id(0)] string Value)
{
    private const string Prefix = "cmp_";

    /// <summary>A name never used before; later ones sort after earlier ones.</summary>
    public static CampaignId Create(DateTimeOffset now) => new(Prefix + Guid.CreateVersion7(now).ToString("N"));

    /// <summary>The campaign of that name, or <see langword="null"/> when it is not a name.</summary>
    public static CampaignId? Parse(string? text) =>
        text is { Length: 36 } && text.StartsWith(Prefix, StringComparison.Ordinal)
        && Identifiers.IsHexadecimal(text.AsSpan(4))
            ? new CampaignId(text)
            : null;

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>Names a contact without telling its address: a keyed hash of account and address.</summary>
[GenerateSerializer, Immutable, Alias("ContactId"), JsonConverter(typeof(ContactIdJson))]
public readonly record struct ContactId([property: Id(0)] string Value)
{
    private const string Prefix = "con_";

    /// <summary>The contact that owns <paramref name="address"/> in <paramref name="account"/>, however it is
    /// spelled (<see cref="Contacts.AddressIdentity"/>).</summary>
    /// <param name="key">The installation's secret, so that nobody can find an address by hashing guesses.</param>
    /// <param name="account">The account; the same address in two accounts is two contacts.</param>
    /// <param name="address">Any spelling of the address, properly formatted or not.</param>
    public static ContactId Of(ReadOnlySpan<byte> key, AccountId account, string address) =>
        OfIdentity(key, account, Contacts.AddressIdentity.Of(address));

    /// <summary>The same for an address that was read already.</summary>
    /// <param name="key">The installation's secret.</param>
    /// <param name="account">The account.</param>
    /// <param name="address">The address.</param>
    public static ContactId Of(ReadOnlySpan<byte> key, AccountId account, Contacts.EmailAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return OfIdentity(key, account, address.Identity);
    }

    private static ContactId OfIdentity(ReadOnlySpan<byte> key, AccountId account, string identity)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{account.Value}\n{identity}"), hash);
        return new(Prefix + Convert.ToHexStringLower(hash[..16]));
    }

    /// <summary>31 bits of the identifier: decides the partition of an audience.</summary>
    public int Hash =>
        (int)(uint.Parse(Value.AsSpan(4, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            & 0x7fffffff);

    /// <summary>In which partition the contact is, of an audience that was cut into so many.</summary>
    public int PartitionOf(int partitions) => Hash % partitions;

    /// <summary>The contact of that name, or <see langword="null"/> when it is not a name.</summary>
    public static ContactId? Parse(string? text) =>
        text is { Length: 36 } && text.StartsWith(Prefix, StringComparison.Ordinal)
        && Identifiers.IsHexadecimal(text.AsSpan(4))
            ? new ContactId(text)
            : null;

    /// <inheritdoc/>
    public override string ToString() => Value;
}

/// <summary>JSON has the printed form.</summary>
public sealed class AccountIdJson : JsonConverter<AccountId>
{
    /// <inheritdoc/>
    public override AccountId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("An account must be a string."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AccountId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}

/// <summary>JSON has the printed form.</summary>
public sealed class CampaignIdJson : JsonConverter<CampaignId>
{
    /// <inheritdoc/>
    public override CampaignId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A campaign must be a string."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, CampaignId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);

    // Campaigns are keys of dictionaries, too.
    /// <inheritdoc/>
    public override CampaignId ReadAsPropertyName(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString()!);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, CampaignId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.Value);
}

/// <summary>JSON has the printed form.</summary>
public sealed class ContactIdJson : JsonConverter<ContactId>
{
    /// <inheritdoc/>
    public override ContactId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException("A contact must be a string."));

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ContactId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value);
}

internal static class Identifiers
{
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    public static bool IsHexadecimal(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(Hexadecimal) < 0;
}
