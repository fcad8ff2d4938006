using OrleansCampaigns.Api.Contacts;
using OrleansCampaigns.Api.Requests;
using OrleansCampaigns.Contracts.Directory;
using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Audiences;

namespace OrleansCampaigns.Api.Campaigns;

/// <summary>
/// Turns what an author names into what a campaign keeps: views into filters, recipients into a hidden list.
/// </summary>
internal sealed class AudienceResolver(IListDirectory directory, FilterCheck check)
{
    /// <summary>An audience, and the hidden list that was made for it.</summary>
    public sealed record Resolved(Audience Audience, string? HiddenList);

    /// <summary>
    /// Checks and resolves an audience; refused with everything that is wrong noted in <paramref name="checks"/>.
    /// </summary>
    public async Task<Result<Resolved>> Resolve(
        AccountId account, AudienceRequest request, Checks checks, CancellationToken cancellation)
    {
        var (audience, recipients) = request.Read(checks);
        if (!checks.HaveFailed)
        {
            await CheckLists(account, audience, checks, cancellation);
            audience = await TakeView(account, request.ViewId, audience, checks, cancellation);
        }

        if (checks.HaveFailed)
        {
            return checks.Failures[0];
        }

        return recipients.Count == 0
            ? new Resolved(audience, HiddenList: null)
            : await Hide(account, audience, recipients, cancellation);
    }

    /// <summary>Takes a hidden list back whose campaign was refused. Its contacts stay, as with every list.</summary>
    public async Task TakeBack(AccountId account, Resolved resolved)
    {
        if (resolved.HiddenList is { } list)
        {
            await directory.DeleteList(account, list);
        }
    }

    private async Task CheckLists(AccountId account, Audience audience, Checks checks, CancellationToken cancellation)
    {
        for (var i = 0; i < audience.ListIds.Length; i++)
        {
            if (await directory.FindList(account, audience.ListIds[i], cancellation) is null)
            {
                checks.Fail(
                    "campaign.audience.unknown_list",
                    "There is no list with this identifier.",
                    $"audience.listIds[{i}]");
            }
        }

        if (audience.UnderListId is { Length: > 0 } under
            && await directory.FindList(account, under, cancellation) is not { IsHidden: false })
        {
            checks.Fail(
                "campaign.audience.unknown_list",
                "There is no list with this identifier; account names the account-wide consent.",
                "audience.under");
        }

        var fields = FilterFields.Under("audience.filter.");
        if (audience.Filter is { } filter && await check.Find(account, filter, fields, cancellation) is { } refusal)
        {
            checks.Fail(
                refusal.Field == fields.ListId ? "campaign.audience.unknown_list" : refusal.Code,
                refusal.Detail,
                refusal.Field!);
        }
    }

    private async Task<Audience> TakeView(
        AccountId account, string? viewId, Audience audience, Checks checks, CancellationToken cancellation)
    {
        if (viewId is null)
        {
            return audience;
        }

        if (await directory.FindView(account, viewId, cancellation) is { } view)
        {
            return audience with { Filter = view.Filter };
        }

        checks.Fail("campaign.audience.unknown_view", "There is no view with this identifier.", "audience.viewId");
        return audience;
    }

    private async Task<Result<Resolved>> Hide(
        AccountId account, Audience audience, List<ContactInput> recipients, CancellationToken cancellation)
    {
        // Names of lists are unique in an account, and nobody ever reads this one.
        var list = await directory.CreateList(account, $"recipients {Guid.NewGuid():N}", hidden: true, cancellation);
        if (list.IsRefused)
        {
            return list.Refusal;
        }

        var resolved = new Resolved(audience with { ListIds = audience.ListIds.Add(list.Value.Id) }, list.Value.Id);
        var added = await directory.AddMembers(
            account, list.Value.Id, recipients, renewal: null, cancellation);
        if (!added.IsRefused)
        {
            return resolved;
        }

        await TakeBack(account, resolved);
        return added.Refusal;
    }
}
