namespace OrleansCampaigns.Domain;

/// <summary>A code by which callers tell refusals apart.</summary>
/// <param name="Code">Stable and public.</param>
/// <param name="Meaning">What it tells, for people.</param>
/// <param name="Statuses">The HTTP statuses of problems with it; none when it only stands inside of answers, as those
/// of an import's rows do.</param>
public sealed record RefusalCode(string Code, string Meaning, params int[] Statuses);

/// <summary>Every code that there is. <c>docs/refusals.md</c> is this table, which a test sees to.</summary>
public static class RefusalCodes
{
    /// <summary>All of them, in order.</summary>
    public static IReadOnlyList<RefusalCode> All { get; } =
    [
        .. OfRequests,
        .. OfAccess,
        .. OfCampaigns,
        .. OfContent,
        .. OfContacts,
        .. OfImports,
        .. OfTheRest,
    ];

    private static IEnumerable<RefusalCode> OfRequests =>
    [
        new("field.address", "The field holds no e-mail address (RFC 5321, RFC 6531).", 422),
        new("field.attribute_name", "A name is empty or too long, or has blanks or control characters.", 422),
        new("field.control_characters", "The field holds control characters, or more than one line.", 422),
        new("field.format", "The field's form is not what it must be: a time, a truth, a media type, ….", 422),
        new("field.header_name", "The name of a header field is none (RFC 5322).", 422),
        new("field.header_reserved", "A header field of this name is written by the engine.", 422),
        new("field.out_of_range", "The number or time is smaller or larger than what is taken.", 422),
        new("field.repeated", "Something that names one thing is given twice.", 422),
        new("field.required", "The field must be there and must not be blank.", 422),
        new("field.too_long", "The field is longer than what is taken.", 422),
        new("field.too_many", "The list or map holds more than what is taken.", 422),
        new("field.unknown_value", "The field must be one of the values that the detail names.", 422),
        new("idempotency.in_progress", "The first request with this Idempotency-Key is not answered yet.", 409),
        new("idempotency.key", "The Idempotency-Key has not 1 to 255 visible ASCII characters.", 422),
        new("idempotency.mismatch", "Another request was sent with this Idempotency-Key.", 422),
        new("idempotency.not_here", "The answer holds a secret and is not kept: leave the Idempotency-Key out.", 422),
        new("request.cursor", "The cursor does not belong to this listing, or its item is gone.", 422),
        new("request.malformed", "The request is not well-formed HTTP, or its body cannot be read.", 400),
        new("request.malformed_json", "The body is not well-formed JSON.", 400),
        new("request.media_type", "The body is not of a type that is taken; the header Accept names those.", 415),
        new("request.method", "The path does not take this method; the header Allow names those it takes.", 405),
        new("request.no_such_path", "There is nothing at this path.", 404),
        new("request.refused", "The server refused the request for a reason that has no code.", 400, 414, 431),
        new("request.repeated_field", "A field of the body is given twice.", 422),
        new("request.repeated_parameter", "A query parameter is given more than once.", 422),
        new("request.timeout", "The body did not arrive in time.", 408),
        new("request.too_large", "The body is larger than this path takes.", 413),
        new("request.too_many_values", "The request holds too many values, or two that exclude each other.", 422),
        new("request.unknown_field", "The body holds a field that does not exist.", 422),
        new("request.unknown_parameter", "The path has no query parameter of this name.", 422),
        new("request.wrong_type", "A field of the body has a value of the wrong type.", 422),
    ];

    private static IEnumerable<RefusalCode> OfAccess =>
    [
        new("access.account", "An account is named by 1 to 40 lower-case letters, digits and hyphens.", 422),
        new("access.forbidden", "The key does not allow this: it needs that of an administrator.", 403),
        new("access.last_administrator", "It is the last key of an administrator and cannot be revoked.", 409),
        new("access.missing", "There is no API key with the request.", 401),
        new("access.own_key", "A key cannot revoke itself.", 409),
        new("access.unknown", "The API key is unknown or revoked.", 401),
        new("access.unknown_account", "There is no account of the name in X-Account.", 404),
        new("access.unknown_key", "There is no such API key, or it is revoked already.", 404),
        new("key.name", "The key's name is empty, too long, or holds control characters."),
        new("licences.amount", "The amount is 0, or beyond what a ledger holds.", 422),
        new("licences.forgotten", "The campaign ended too long ago to be tried again.", 409),
        new("licences.insufficient", "Too few licences are free: for a start, or to be taken back.", 402, 409),
    ];

    private static IEnumerable<RefusalCode> OfCampaigns =>
    [
        new("campaign.already_ended", "The campaign has ended and cannot be cancelled.", 409),
        new("campaign.already_started", "The campaign was started before.", 409),
        new("campaign.audience.empty", "The audience holds nobody.", 409, 422),
        new("campaign.audience.import_running", "An import into the audience is under way: a warning of validate."),
        new("campaign.audience.missing", "The campaign names no audience.", 422),
        new("campaign.audience.under_without_filter", "audience.under goes with a filter or a view.", 422),
        new("campaign.audience.unknown_list", "There is no list of this name in the audience.", 422),
        new("campaign.audience.unknown_view", "There is no view of this name in the audience.", 422),
        new("campaign.not_draft", "Only a draft can be changed.", 409),
        new("campaign.not_ended", "Some recipients' own retries are not over yet.", 409),
        new("campaign.not_paused", "Only a paused campaign can be resumed.", 409),
        new("campaign.not_running", "Only a running campaign can be paused.", 409),
        new("campaign.nothing_failed", "Nobody failed whom it is worth trying again.", 409),
        new("campaign.relay.unknown", "No relay of this name is configured.", 422),
        new("campaign.reply_to", "The address for answers is not properly formatted.", 422),
        new("campaign.schedule.past", "scheduledAt must be in the future.", 422),
        new("campaign.sender", "The campaign has no sender, or its address is not properly formatted.", 422),
        new("campaign.settling", "The licences of the last pass are not settled yet.", 409),
        new("campaign.timezone", "The time zone is no name of the IANA database.", 422),
        new("campaign.unknown", "There is no such campaign.", 404),
        new("recipient.address", "The recipient's address is not properly formatted.", 422),
        new("relay.unavailable", "The relay took no message in time; try again.", 409),
        new("relay.unreachable", "The relay cannot be reached now: a warning of validate."),
        new("sender.no_dkim", "Messages of the sender's domain are not signed: a warning of validate."),
        new("test_send.address", "The address of the test is not properly formatted.", 422),
        new("test_send.limit", "The account sent as many tests as it may within an hour.", 429),
        new("test_send.opted_out", "The contact with this address is unsubscribed or has complained.", 409),
        new("test_send.suppressed", "The account never sends to this address or its domain.", 409),
    ];

    private static IEnumerable<RefusalCode> OfContent =>
    [
        new("content.attachment.content_id", "The Content-ID of an attachment cannot be sent.", 422),
        new("content.attachment.content_type", "The media type of an attachment is none.", 422),
        new("content.attachment.empty", "An attachment holds nothing.", 422),
        new("content.attachment.file_name", "The file name of an attachment cannot be sent.", 422),
        new("content.attachments.too_large", "The attachments are too large together.", 422),
        new("content.attachments.too_many", "There are too many attachments.", 422),
        new("content.encoded_braces", "An editor percent-encoded the braces of a field: a warning of validate."),
        new("content.foreign_tag", "A merge tag of another tool goes out as it stands: a warning of validate."),
        new("content.html.required", "The campaign has neither HTML nor text.", 422),
        new("content.no_unsubscribe_link", "The body has no link to unsubscribe: a warning of validate."),
        new("content.subject.control_character", "The subject holds control characters.", 422),
        new("content.subject.required", "The campaign has no subject.", 422),
        new("content.unanswered_cid", "No attachment answers a cid: of the HTML: a warning of validate."),
        new("headers.control_character", "A header field holds control characters.", 422),
        new("headers.list_id", "The List-Id is not properly formatted (RFC 2919).", 422),
        new("headers.name", "The name of a header field is none (RFC 5322).", 422),
        new("headers.reserved", "A header field of this name is written by the engine.", 422),
        new("headers.too_many", "There are too many header fields.", 422),
        new("template.missing_field", "The template names a field that the contact lacks and no fallback fills.", 422),
        new("template.syntax", "The template is not well-formed.", 422),
        new("template.too_complex", "The template is nested too deeply, or holds too many parts.", 422),
        new("template.too_large", "The template, or what comes of it, is too long.", 422),
        new("template.too_many_links", "The template holds too many links to be tracked.", 422),
        new("template.unreadable_value", "A helper cannot read the value that the contact has.", 422),
        new("template.unsubscribe_url", "The link to unsubscribe stands where it cannot work.", 422),
    ];

    private static IEnumerable<RefusalCode> OfContacts =>
    [
        new("contact.address", "The contact's address is no e-mail address (RFC 5321, RFC 6531).", 422),
        new("contact.address.control_character", "The contact's address holds control characters.", 422),
        new("contact.address.missing", "The contact has no address.", 422),
        new("contact.address.too_long", "The contact's address is too long.", 422),
        new("contact.attribute.control_character", "An attribute holds control characters.", 422),
        new("contact.attribute.name_control_character", "An attribute's name holds control characters.", 422),
        new("contact.attribute.name_missing", "An attribute has no name.", 422),
        new("contact.attribute.name_too_long", "An attribute's name is too long.", 422),
        new("contact.attribute.too_long", "An attribute is too long.", 422),
        new("contact.attributes.too_many", "The contact has too many attributes.", 422),
        new("contact.exists", "There is a contact with an equal address.", 409),
        new("contact.name.control_character", "The contact's name holds control characters.", 422),
        new("contact.name.too_long", "The contact's name is too long.", 422),
        new("contact.status", "The contact's status does not allow it.", 409),
        new("contact.unknown", "There is no such contact: in the path (404), or in a field (422).", 404, 422),
        new("filter.attributes.too_many", "The filter names too many attributes.", 422),
        new("filter.campaign_missing", "The filter names recipient statuses and no campaign.", 422),
        new("filter.unknown_campaign", "There is no campaign of this name in the filter.", 422),
        new("filter.unknown_list", "There is no list of this name in the filter.", 422),
        new("filter.view_and_filter", "A view stands for a whole filter: give either of them.", 422),
        new("list.exists", "There is a list of this name.", 409),
        new("list.members.too_many", "One request adds too many members.", 422),
        new("list.name", "The list's name is empty, too long, or holds control characters.", 422),
        new("list.not_a_member", "The contact is not a member of the list.", 404),
        new("list.unknown", "There is no such list.", 404),
        new("view.exists", "There is a view of this name.", 409),
        new("view.name", "The view's name is empty, too long, or holds control characters.", 422),
        new("view.too_many", "The account has as many views as it may.", 409),
        new("view.unknown", "There is no such view.", 404),
    ];

    private static IEnumerable<RefusalCode> OfImports =>
    [
        new("import.binary", "The file, or the row, is not text.", 422),
        new("import.column_count", "The row has not as many cells as the header."),
        new("import.delimiter", "The delimiter is no comma, semicolon, tab or bar.", 422),
        new("import.duplicate_column", "Two columns have the same name.", 422),
        new("import.empty", "The file holds no header.", 422),
        new("import.encoding", "The file, or the row, is not in the encoding that it is read in.", 422),
        new("import.encoding_unknown", "There is no encoding of the name that is given.", 422),
        new("import.fault", "A fault of this software ended the import; the rows counted so far are in."),
        new("import.field_too_long", "A cell of the row is too long."),
        new("import.file_missing", "The file is gone from where it was kept; import it again."),
        new("import.header", "The header cannot be read.", 422),
        new("import.left_list", "The contact left the list or was taken off it, and stays off."),
        new("import.malformed_address", "The address is not properly formatted; it is kept, and Invalid later."),
        new("import.no_address_column", "No column holds addresses.", 422),
        new("import.row", "The row cannot be read."),
        new("import.row_too_long", "The row is too long."),
        new("import.row_unreadable", "A fault of this software keeps the row out."),
        new("import.status_unconfirmed", "The row's status says that the contact never agreed."),
        new("import.status_unknown", "The row's status is no word that is known."),
        new("import.status_untold", "A fault of this software keeps the row's status from its contact."),
        new("import.stray_quote", "A quote stands within a cell that does not begin with one."),
        new("import.too_large", "The file is larger than what is taken.", 422),
        new("import.unclosed_quote", "A quote is never closed."),
        new("import.unknown", "There is no such import.", 404),
        new("import.unknown_column", "The header lacks a column that the request names.", 422),
        new("suppression.domain", "The domain is none of at least two labels.", 422),
        new("suppression.expiry", "The expiry is no date or time.", 422),
        new("suppression.hash", "The hash is none that an export of ours holds.", 422),
        new("suppression.text", "A text of the suppression is too long, or holds control characters.", 422),
        new("suppression.unknown", "There is no such suppression.", 404),
        new("suppression.what", "A suppression names an address or a domain, and one of them alone.", 422),
    ];

    private static IEnumerable<RefusalCode> OfTheRest =>
    [
        new("feedback.unknown", "There is no such message.", 404),
        new("webhook.malformed", "The body is not of the form that the provider documents.", 422),
        new("webhook.not_now", "What proves the request cannot be looked up now; deliver it again later.", 429),
        new("webhook.signature", "The request does not prove that it is the provider's.", 403),
        new("webhook.unknown", "There is no such provider, or it is not configured.", 404),
        new("internal", "Something went wrong on our side.", 500),
        new("not_ready", "The process does not reach its cluster; the detail says why.", 503),
        new("storage.unavailable", "Storage is away: nothing was changed. Try again.", 503),
        new("unavailable", "The cluster did not answer in time. Try again.", 503),
    ];
}
