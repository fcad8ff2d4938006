using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using OrleansCampaigns.Domain.Contacts;

namespace OrleansCampaigns.Api.Tracking;

/// <summary>The page where people leave, choose their lists, and come back.</summary>
internal static class UnsubscribePage
{
    public const string ActionField = "action";
    public const string Everything = "unsubscribe";
    public const string Again = "resubscribe";
    public const string Preferences = "lists";
    public const string OfferedField = "offered";
    public const string KeptField = "keep";

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>The page as the contact stands.</summary>
    /// <param name="token">The token of the address; forms go back to it and to nothing else.</param>
    /// <param name="reader">Who reads it, in which language, and who writes.</param>
    /// <param name="status">The contact's status.</param>
    /// <param name="lists">Its lists; not shown to those who are unsubscribed.</param>
    /// <param name="done">What was just done: it becomes the title, which screen readers read first.</param>
    /// <param name="refused">What was not done, as the title of who stays unsubscribed.</param>
    public static PublicPage Show(
        string token,
        PageReader reader,
        ContactStatus status,
        IReadOnlyList<OfferedList> lists,
        string? done = null,
        string? refused = null)
    {
        var body = new StringBuilder();
        var texts = reader.Texts;
        if (Subscriptions.IsUnsubscribed(status))
        {
            body.Append("<p>").Append(Fill(texts.Unsubscribed, reader)).Append("</p>\n");
            WriteReturn(body, token, status, reader);
            return new(StatusCodes.Status200OK, texts.Language, refused ?? texts.UnsubscribedTitle, body.ToString());
        }

        body.Append("<p>").Append(Fill(texts.Subscribed, reader)).Append("</p>\n");
        WriteForm(body, token, Everything, "", texts.UnsubscribeButton, isQuiet: false);
        if (lists.Count > 0)
        {
            body.Append("<section aria-labelledby=\"lists\">\n<h2 id=\"lists\">").Append(texts.ChooseHeading)
                .Append("</h2>\n");
            WriteForm(body, token, Preferences, Choices(lists, texts), texts.SaveButton, isQuiet: true);
            body.Append("</section>\n");
        }

        return new(StatusCodes.Status200OK, texts.Language, done ?? texts.Title, body.ToString());
    }

    private static void WriteReturn(StringBuilder body, string token, ContactStatus status, PageReader reader)
    {
        var texts = reader.Texts;
        if (status == ContactStatus.Complained)
        {
            body.Append("<p class=\"soft\">").Append(texts.WriteToSender).Append("</p>\n");
            return;
        }

        body.Append("<section aria-labelledby=\"again\">\n<h2 id=\"again\">").Append(texts.MistakeHeading)
            .Append("</h2>\n<p class=\"soft\">").Append(Fill(texts.Agreement, reader)).Append("</p>\n");
        WriteForm(body, token, Again, "", texts.ReturnButton, isQuiet: true);
        body.Append("</section>\n");
    }

    private static string Fill(string text, PageReader reader) => text
        .Replace(
            "{address}",
            $"<strong><bdi>{Encoder.Encode(reader.MaskedAddress)}</bdi></strong>",
            StringComparison.Ordinal)
        .Replace(
            "{sender}",
            reader.Sender is null ? reader.Texts.UnnamedSender : $"<bdi>{Encoder.Encode(reader.Sender)}</bdi>",
            StringComparison.Ordinal);

    private static string Choices(IReadOnlyList<OfferedList> lists, PageTexts texts)
    {
        var choices = new StringBuilder("<fieldset>\n<legend>").Append(texts.ChooseLegend).Append("</legend>\n");
        foreach (var list in lists)
        {
            var proof = Encoder.Encode(list.Proof);
            choices.Append(Hidden(OfferedField, proof))
                .Append("<label><input type=\"checkbox\" name=\"" + KeptField + "\" value=\"").Append(proof)
                .Append('"')
                .Append(list.IsOn ? " checked" : "")
                .Append("><span><bdi>").Append(Encoder.Encode(list.Name)).Append("</bdi>");
            if (list.Description is { } description)
            {
                choices.Append("<br><bdi class=\"soft\">").Append(Encoder.Encode(description)).Append("</bdi>");
            }

            choices.Append("</span></label>\n");
        }

        return choices.Append("</fieldset>\n").ToString();
    }

    private static void WriteForm(
        StringBuilder body, string token, string action, string fields, string button, bool isQuiet) =>
        body.Append("<form method=\"post\" autocomplete=\"off\" action=\"").Append(Encoder.Encode(token))
            .Append("\">\n").Append(Hidden(ActionField, action)).Append(fields)
            .Append("<button type=\"submit\"").Append(isQuiet ? " class=\"quiet\">" : ">").Append(button)
            .Append("</button>\n</form>\n");

    private static string Hidden(string name, string value) =>
        $"<input type=\"hidden\" name=\"{name}\" value=\"{value}\">\n";
}
