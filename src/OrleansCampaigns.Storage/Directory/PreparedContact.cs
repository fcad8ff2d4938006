using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Storage.Directory;

/// <summary>A contact that passed every limit, in the form in which it is stored.</summary>
internal sealed record PreparedContact
{
    public const int NameLengthMax = 200;
    public const int AttributesMax = 100;
    public const int AttributeNameLengthMax = 100;
    public const int AttributeValueLengthMax = 10_000;

    public required ContactId Id { get; init; }

    public required string Address { get; init; }

    public required bool AddressIsValid { get; init; }

    public required string? Name { get; init; }

    /// <summary>A JSON object, with its names in order.</summary>
    public required string Attributes { get; init; }

    public required bool HasAttributes { get; init; }

    /// <summary>31 bits of the identifier: decides the partition of an audience.</summary>
    public long Hash => Id.Hash;

    public string Search => SearchOf(Address, Name);

    public static string SearchOf(string address, string? name) =>
        ContactText.ForSearch(name is null ? address : $"{address} {name}");

    /// <summary>The contact that owns an address, properly formatted or not.</summary>
    public static (ContactId Id, string Address, bool IsValid) Identify(
        ReadOnlySpan<byte> key, AccountId account, string address)
    {
        if (EmailAddress.Parse(address) is { } parsed)
        {
            return (ContactId.Of(key, account, parsed), parsed.Normalised, parsed.IsPublic);
        }

        address = AddressIdentity.Visible(address);
        return (ContactId.Of(key, account, address), address, false);
    }

    /// <summary>Checks and completes what was given.</summary>
    /// <remarks>No detail repeats an address or a value: refusals end up in logs and in lists of errors.</remarks>
    public static Result<PreparedContact> Of(ReadOnlySpan<byte> key, AccountId account, ContactInput input)
    {
        if (CheckAddress(input.Address) is { } badAddress)
        {
            return badAddress;
        }

        if (CheckName(input.Name) is { } badName)
        {
            return badName;
        }

        var attributes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in input.Attributes)
        {
            if (value is null)
            {
                continue;
            }

            if (CheckAttribute(name, value) is { } badAttribute)
            {
                return badAttribute;
            }

            attributes[name] = value;
        }

        if (CheckCount(attributes.Count) is { } tooMany)
        {
            return tooMany;
        }

        var (id, address, isValid) = Identify(key, account, input.Address);
        return new PreparedContact
        {
            Id = id,
            Address = address,
            AddressIsValid = isValid,
            Name = TrimName(input.Name),
            Attributes = DirectoryJson.Write(attributes),
            HasAttributes = attributes.Count > 0,
        };
    }

    public static string? TrimName(string? name) => name?.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    public static Refusal? CheckAddress(string? address)
    {
        var trimmed = AddressIdentity.Visible(address ?? "");
        return trimmed.Length switch
        {
            0 => Refusal.Invalid("contact.address.missing", "A contact needs an address.", "address"),
            > EmailAddress.LengthMax => Refusal.Invalid(
                "contact.address.too_long", $"An address has at most {EmailAddress.LengthMax} characters.", "address"),
            _ when !ContactText.IsClean(trimmed) => Refusal.Invalid(
                "contact.address.control_character", "An address holds no control characters.", "address"),
            _ => null,
        };
    }

    public static Refusal? CheckName(string? name)
    {
        name = TrimName(name);
        return name switch
        {
            null => null,
            { Length: > NameLengthMax } => Refusal.Invalid(
                "contact.name.too_long", $"A name has at most {NameLengthMax} characters.", "name"),
            _ when !ContactText.IsClean(name) => Refusal.Invalid(
                "contact.name.control_character", "A name holds no control characters and no line ends.", "name"),
            _ => null,
        };
    }

    public static Refusal? CheckAttributeName(string name) => name switch
    {
        "" => Refusal.Invalid("contact.attribute.name_missing", "An attribute needs a name.", "attributes"),
        { Length: > AttributeNameLengthMax } => Refusal.Invalid(
            "contact.attribute.name_too_long",
            $"An attribute's name has at most {AttributeNameLengthMax} characters.",
            "attributes"),
        _ when !ContactText.IsClean(name) => Refusal.Invalid(
            "contact.attribute.name_control_character",
            "An attribute's name holds no control characters.",
            "attributes"),
        _ => null,
    };

    public static Refusal? CheckAttribute(string name, string value) => CheckAttributeName(name) ?? value switch
    {
        { Length: > AttributeValueLengthMax } => Refusal.Invalid(
            "contact.attribute.too_long",
            $"An attribute has at most {AttributeValueLengthMax:N0} characters.",
            $"attributes.{name}"),
        _ when !ContactText.IsClean(value, linesAllowed: true) => Refusal.Invalid(
            "contact.attribute.control_character",
            "An attribute holds no control characters but tabs and line ends.",
            $"attributes.{name}"),
        _ => null,
    };

    public static Refusal? CheckCount(int attributes) => attributes <= AttributesMax
        ? null
        : Refusal.Invalid(
            "contact.attributes.too_many", $"A contact has at most {AttributesMax} attributes.", "attributes");
}
