using OrleansCampaigns.Domain.Contacts;
using OrleansCampaigns.Domain.Delivery;

namespace OrleansCampaigns.Mail.Sandbox;

/// <summary>What is special about a sample contact before anything is sent.</summary>
public enum SandboxContactKind
{
    /// <summary>Nothing: its address decides what happens.</summary>
    Ordinary = 0,

    /// <summary>Its address is not properly formatted.</summary>
    Malformed = 1,

    /// <summary>Its address occurs before, perhaps spelled otherwise.</summary>
    Duplicate = 2,

    /// <summary>It is to be unsubscribed before the campaign starts.</summary>
    Unsubscribed = 3,
}

/// <summary>One sample contact.</summary>
/// <param name="Address">The address.</param>
/// <param name="Name">The name.</param>
/// <param name="Attributes"><c>first_name</c>, <c>last_name</c>, <c>plan</c>, and mostly <c>city</c>.</param>
/// <param name="Kind">What is special about it.</param>
/// <param name="Rule">The sandbox's rule that its address meets.</param>
/// <param name="Expected">How it ends in a campaign that goes to all of them once.</param>
/// <param name="ExpectedReach">How far it goes with that campaign.</param>
/// <param name="ExpectedStatus">What the contact is afterwards.</param>
/// <param name="IsEarly">Whether an earlier campaign goes to it, so that it is Active before.</param>
public sealed record SandboxContact(
    string Address,
    string Name,
    IReadOnlyDictionary<string, string> Attributes,
    SandboxContactKind Kind,
    string Rule,
    Outcome Expected,
    RecipientStatus ExpectedReach,
    ContactStatus ExpectedStatus,
    bool IsEarly);
