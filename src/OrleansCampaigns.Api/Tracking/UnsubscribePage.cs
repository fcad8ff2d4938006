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
    /// <param name="status">The contact's status.</param>
    /// <param name="maskedAddress">Whom it is about, as far as its owner needs to know.</param>
    /// <param name="lists">Its lists; not shown to those who are unsubscribed.</param>
    /// <param name="done">What was just done: it becomes the title, which screen readers read first.</param>
    public static PublicPage Show(
        string token,
        ContactStatus status,
        string maskedAddress,
        IReadOnlyList<OfferedList> lists,
        string? done = null)
    {
        var body = new StringBuilder();
        var address = $"<strong><bdi>{Encoder.Encode(maskedAddress)}</bdi></strong>";
        if (Subscriptions.IsUnsubscribed(status))
        {
            body.Append("<p>No more e-mail from us goes to ").Append(address).Append(".</p>\n");
            WriteReturn(body, token, status);
            return new(StatusCodes.Status200OK, "You are unsubscribed", body.ToString());
        }

        body.Append("<p>E-mail from us goes to ").Append(address).Append(".</p>\n");
        WriteForm(body, token, Everything, "", "Unsubscribe from everything", isQuiet: false);
        if (lists.Count > 0)
        {
            body.Append("<section aria-labelledby=\"lists\">\n<h2 id=\"lists\">Or choose what you get</h2>\n");
            WriteForm(body, token, Preferences, Choices(lists), "Save my choice", isQuiet: true);
            body.Append("</section>\n");
        }

        return new(StatusCodes.Status200OK, done ?? "Unsubscribe", body.ToString());
    }

    private static void WriteReturn(StringBuilder body, string token, ContactStatus status)
    {
        if (status == ContactStatus.Complained)
        {
            body.Append("<p class=\"soft\">If that is a mistake, please write to whoever sent you the e-mail.</p>\n");
            return;
        }

        body.Append("<section aria-labelledby=\"again\">\n<h2 id=\"again\">Was that a mistake?</h2>\n")
            .Append("<p class=\"soft\">With the button you agree to get e-mail from us again.</p>\n");
        WriteForm(body, token, Again, "", "Subscribe again", isQuiet: true);
        body.Append("</section>\n");
    }

    private static string Choices(IReadOnlyList<OfferedList> lists)
    {
        var choices = new StringBuilder("<fieldset>\n<legend>Keep me on these lists</legend>\n");
        foreach (var list in lists)
        {
            var proof = Encoder.Encode(list.Proof);
            choices.Append("<input type=\"hidden\" name=\"" + OfferedField + "\" value=\"").Append(proof).Append("\">\n")
                .Append("<label><input type=\"checkbox\" name=\"" + KeptField + "\" value=\"").Append(proof)
                .Append('"')
                .Append(list.IsOn ? " checked" : "")
                .Append("><bdi>").Append(Encoder.Encode(list.Name)).Append("</bdi></label>\n");
        }

        return choices.Append("</fieldset>\n").ToString();
    }

    private static void WriteForm(
        StringBuilder body, string token, string action, string fields, string button, bool isQuiet) =>
        body.Append("<form method=\"post\" action=\"").Append(Encoder.Encode(token)).Append("\" autocomplete=\"off\">\n")
            .Append("<input type=\"hidden\" name=\"").Append(ActionField).Append("\" value=\"").Append(action)
            .Append("\">\n").Append(fields)
            .Append("<button type=\"submit\"").Append(isQuiet ? " class=\"quiet\">" : ">").Append(button)
            .Append("</button>\n</form>\n");
}
