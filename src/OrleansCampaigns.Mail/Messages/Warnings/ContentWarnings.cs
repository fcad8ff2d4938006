using OrleansCampaigns.Domain;
using OrleansCampaigns.Domain.Campaigns;
using OrleansCampaigns.Mail.Templates;

namespace OrleansCampaigns.Mail.Messages.Warnings;

/// <summary>What in a campaign's content is likely a mistake, and yet could be meant.</summary>
internal static class ContentWarnings
{
    /// <summary>All of them, by field.</summary>
    /// <param name="content">The content.</param>
    /// <param name="cids">What the HTML calls by <c>cid:</c>.</param>
    /// <param name="templates">The compiled templates; <see langword="null"/> when they cannot be compiled.</param>
    public static IEnumerable<Refusal> Of(Content content, IReadOnlySet<string> cids, CampaignTemplates? templates)
    {
        foreach (var (field, template) in Templates(content))
        {
            var text = AuthorText.Of(template);
            if (ForeignTags.Find(text) is { Count: > 0 } tags)
            {
                yield return Refusal.Invalid(
                    "content.foreign_tag",
                    $"{field} goes out with {string.Join(", ", tags)} as written: these look like tags of another "
                    + "tool. Here a field is written {{first_name}}.",
                    field);
            }

            if (EncodedBraces.AreIn(text))
            {
                yield return Refusal.Invalid(
                    "content.encoded_braces",
                    $"{field} holds braces that an editor has encoded. A tag that is percent-encoded as a whole "
                    + "(%7B%7Bfirst_name%7D%7D) is read as {{first_name}}; any other goes out as written.",
                    field);
            }
        }

        foreach (var refusal in Unanswered(content, cids).Concat(Endless(templates)))
        {
            yield return refusal;
        }
    }

    private static IEnumerable<(string Field, string Template)> Templates(Content content)
    {
        yield return ("content.subject", content.Subject ?? "");
        yield return ("content.html", content.Html ?? "");
        yield return ("content.text", content.Text ?? "");
        foreach (var header in content.Headers.IsDefault ? [] : content.Headers)
        {
            yield return ($"headers.{header.Name}", header.Value ?? "");
        }
    }

    private static IEnumerable<Refusal> Unanswered(Content content, IReadOnlySet<string> cids)
    {
        var answered = (content.Attachments.IsDefault ? [] : content.Attachments)
            .Select(file => AttachmentCheck.ContentIdOf(file, cids))
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        return cids.Where(cid => !answered.Contains(cid)).Order(StringComparer.Ordinal).Take(ForeignTags.ToldMax)
            .Select(cid => Refusal.Invalid(
                "content.unanswered_cid",
                $"content.html asks for cid:{cid}, and no attachment has that contentId or file name: readers will see "
                + "a broken image.",
                "content.html"));
    }

    private static IEnumerable<Refusal> Endless(CampaignTemplates? templates) =>
        (templates?.WithoutUnsubscribeUrl ?? []).Select(field => Refusal.Invalid(
            "content.no_unsubscribe_link",
            $"{field} has no {{{{{OwnFields.UnsubscribeUrl}}}}}: readers find no link to unsubscribe by. "
            + "The header has one where the setting Tracking:PublicUrl is given.",
            field));
}
