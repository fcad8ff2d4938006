-- States of contacts come with what they change in the directory, column by column: nobody reads it out of their JSON,
-- and nothing runs for what is not there.

DROP TRIGGER contacts_inserted ON OrleansStorage_contacts;
DROP TRIGGER contacts_updated ON OrleansStorage_contacts;
DROP FUNCTION project_contacts();

-- The states of many contacts in one statement; it returns those that landed, and changes the directory for these alone.
-- Without a version a state must be inserted, with one it must be updated from that very version. Whatever crashes, the
-- tables equal the states. Plans are made once for a connection, and over tables that may be empty then and grow: so every
-- row is found by its key. A costly tuple and a free page say so to the planner; where nobody analyses the table, the
-- state is looked up for each key by itself. The contacts come in the order of their identifiers, in which imports lock
-- them, too.
CREATE FUNCTION write_contact_states(
    service_id text, keys text[], versions integer[], payloads bytea[],
    accounts text[], contact_ids text[], statuses text[], statuses_since bigint[],
    last_statuses text[], last_statuses_at bigint[], last_recipient_statuses text[],
    delivery_contacts text[], campaigns text[], outcomes text[], causes text[], exclusions text[], are_decided integer[],
    in_doubts integer[], attempt_counts integer[], passes integer[], are_charged integer[], next_attempts_at bigint[],
    reply_codes integer[], enhanced_codes text[], reply_texts text[], recipient_statuses text[],
    duplicates_up_to integer[], updates_at bigint[], sends_at bigint[], are_overturned integer[],
    opens_at bigint[], open_counts integer[], machine_open_counts integer[],
    clicks_at bigint[], click_counts integer[], machine_click_counts integer[],
    unsubscribes_at bigint[], complaints_at bigint[],
    link_contacts text[], link_campaigns text[], links integer[], link_click_counts integer[],
    link_machine_click_counts integer[], link_firsts_at bigint[]
) RETURNS TABLE (key text, new_version integer) LANGUAGE plpgsql
    SET plan_cache_mode = force_generic_plan SET jit = off
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
    SET seq_page_cost = 0 SET random_page_cost = 0 SET cpu_tuple_cost = 1 SET cpu_index_tuple_cost = 1 AS $$
DECLARE
    inserted text[] := '{}';
    updated text[] := '{}';
    updated_versions integer[] := '{}';
    is_whole boolean;
    landed text[];
BEGIN
    IF array_position(versions, NULL) IS NOT NULL THEN
        WITH written AS (
            INSERT INTO OrleansStorage_contacts (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
                GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
            SELECT 0, 0, 0, 0, 'contact', g.key, service_id, g.payload, now(), 1
            FROM unnest(keys, versions, payloads) AS g(key, version, payload)
            WHERE g.version IS NULL
            ON CONFLICT DO NOTHING
            RETURNING GrainIdExtensionString AS key
        )
        SELECT coalesce(array_agg(w.key), '{}') INTO inserted FROM written w;
    END IF;

    IF cardinality(array_remove(versions, NULL)) > 0 THEN
        WITH written AS (
            UPDATE OrleansStorage_contacts s SET
                PayloadBinary = g.payload, ModifiedOn = now(), Version = s.Version + 1
            FROM (
                SELECT u.*, f.place FROM unnest(keys, versions, payloads) AS u(key, version, payload)
                CROSS JOIN LATERAL (
                    SELECT c.ctid AS place FROM OrleansStorage_contacts c
                    WHERE c.GrainIdExtensionString = u.key AND c.GrainTypeString = 'contact'
                        AND c.ServiceId = service_id AND c.GrainIdN0 = 0 AND c.GrainIdN1 = 0
                    OFFSET 0
                ) AS f
                WHERE u.version IS NOT NULL
            ) AS g
            WHERE s.ctid = g.place AND s.Version = g.version
            RETURNING s.GrainIdExtensionString AS key, s.Version AS version
        )
        SELECT coalesce(array_agg(w.key), '{}'), coalesce(array_agg(w.version), '{}')
        INTO updated, updated_versions FROM written w;
    END IF;

    is_whole := cardinality(inserted) + cardinality(updated) = cardinality(keys);
    IF NOT is_whole THEN
        SELECT array_agg(g.contact) INTO landed FROM unnest(keys, contact_ids) AS g(key, contact)
        WHERE g.key = ANY(inserted || updated);
    END IF;

    -- No recipient status is none that is known: the campaign of the Last Status may have moved to a page.
    UPDATE contacts c SET
        status = g.status, status_since = g.status_since, last_status = g.last_status, last_status_at = g.last_status_at,
        last_recipient_status = coalesce(g.last_recipient_status, c.last_recipient_status)
    FROM unnest(accounts, contact_ids, statuses, statuses_since, last_statuses, last_statuses_at,
        last_recipient_statuses) AS g(
        account, contact, status, status_since, last_status, last_status_at, last_recipient_status)
    WHERE c.account = g.account AND c.id = g.contact AND (is_whole OR g.contact = ANY(landed));

    -- The state knows no time of failure. It is that of the write which made a failure of something else.
    UPDATE recipients r SET
        outcome = g.outcome, cause = g.cause, excluded = g.excluded, decided = g.decided, in_doubt = g.in_doubt,
        attempts = g.attempts, pass = g.pass, charged = g.charged, next_attempt_at = g.next_attempt_at,
        reply_code = g.reply_code, enhanced_code = g.enhanced_code, reply_text = g.reply_text,
        recipient_status = g.recipient_status, updated_at = g.updated_at, sent_at = g.sent_at,
        failed_at = CASE WHEN g.outcome IN ('Rejected', 'Spam', 'Bounced')
            THEN coalesce(r.failed_at, g.updated_at) END,
        overturned = g.overturned, opened_at = g.opened_at, opens = g.opens, machine_opens = g.machine_opens,
        clicked_at = g.clicked_at, clicks = g.clicks, machine_clicks = g.machine_clicks,
        unsubscribed_at = g.unsubscribed_at, complained_at = g.complained_at
    FROM unnest(delivery_contacts, campaigns, outcomes, causes, exclusions, are_decided, in_doubts, attempt_counts,
        passes, are_charged, next_attempts_at, reply_codes, enhanced_codes, reply_texts, recipient_statuses, updates_at,
        sends_at, are_overturned, opens_at, open_counts, machine_open_counts, clicks_at, click_counts,
        machine_click_counts, unsubscribes_at, complaints_at) AS g(
        contact, campaign, outcome, cause, excluded, decided, in_doubt, attempts, pass, charged, next_attempt_at,
        reply_code, enhanced_code, reply_text, recipient_status, updated_at, sent_at, overturned, opened_at, opens,
        machine_opens, clicked_at, clicks, machine_clicks, unsubscribed_at, complained_at)
    WHERE r.campaign_id = g.campaign AND r.contact_id = g.contact AND r.occurrence = 1
        AND (g.decided = 1 OR r.decided = 0) AND (is_whole OR g.contact = ANY(landed));

    -- A contact that has decided nothing takes back nothing of what was decided in the table alone: it adds what came
    -- back.
    IF 0 = ANY(are_decided) THEN
        UPDATE recipients r SET
            recipient_status = g.recipient_status, opened_at = g.opened_at, opens = g.opens,
            machine_opens = g.machine_opens, clicked_at = g.clicked_at, clicks = g.clicks,
            machine_clicks = g.machine_clicks, unsubscribed_at = g.unsubscribed_at, complained_at = g.complained_at
        FROM unnest(delivery_contacts, campaigns, are_decided, recipient_statuses, opens_at, open_counts,
            machine_open_counts, clicks_at, click_counts, machine_click_counts, unsubscribes_at, complaints_at) AS g(
            contact, campaign, decided, recipient_status, opened_at, opens, machine_opens, clicked_at, clicks,
            machine_clicks, unsubscribed_at, complained_at)
        WHERE g.decided = 0 AND r.decided = 1
            AND r.campaign_id = g.campaign AND r.contact_id = g.contact AND r.occurrence = 1
            AND (is_whole OR g.contact = ANY(landed));
    END IF;

    -- Further occurrences of the address get no e-mail, whatever becomes of the first. Each is named by its number: as
    -- a range they would be looked for through all campaigns.
    IF 1 < ANY(duplicates_up_to) THEN
        UPDATE recipients r SET
            outcome = 'Duplicated', cause = 'DuplicateAddress', excluded = NULL, decided = 1, pass = g.pass,
            updated_at = g.updated_at
        FROM (
            SELECT u.contact, u.campaign, u.pass, u.updated_at, generate_series(2, u.up_to) AS occurrence
            FROM unnest(delivery_contacts, campaigns, passes, updates_at, duplicates_up_to) AS u(
                contact, campaign, pass, updated_at, up_to)
            WHERE u.up_to > 1 AND (is_whole OR u.contact = ANY(landed))
        ) AS g
        WHERE r.campaign_id = g.campaign AND r.contact_id = g.contact AND r.occurrence = g.occurrence;
    END IF;

    IF cardinality(links) > 0 THEN
        INSERT INTO link_clicks AS k (campaign_id, link, contact_id, clicks, machine_clicks, first_at)
        SELECT g.campaign, g.link, g.contact, g.clicks, g.machine_clicks, g.first_at
        FROM unnest(link_contacts, link_campaigns, links, link_click_counts, link_machine_click_counts,
            link_firsts_at) AS g(contact, campaign, link, clicks, machine_clicks, first_at)
        WHERE is_whole OR g.contact = ANY(landed)
        ON CONFLICT (campaign_id, link, contact_id) DO UPDATE SET
            clicks = excluded.clicks, machine_clicks = excluded.machine_clicks, first_at = excluded.first_at;
    END IF;

    RETURN QUERY
    SELECT i.key, 1 FROM unnest(inserted) AS i(key)
    UNION ALL SELECT u.key, u.version FROM unnest(updated, updated_versions) AS u(key, version);
END $$;

CREATE OR REPLACE FUNCTION read_contact_states(
    service_id text, keys text[]
) RETURNS TABLE (place integer, payload bytea, stored_version integer) LANGUAGE plpgsql STABLE
    SET plan_cache_mode = force_generic_plan SET jit = off SET enable_seqscan = off AS $$
BEGIN
    RETURN QUERY
    SELECT g.place::integer, s.PayloadBinary, s.Version
    FROM unnest(keys) WITH ORDINALITY AS g(key, place) CROSS JOIN LATERAL (
        SELECT c.PayloadBinary, c.Version FROM OrleansStorage_contacts c
        WHERE c.GrainIdExtensionString = g.key AND c.GrainTypeString = 'contact' AND c.ServiceId = service_id
            AND c.GrainIdN0 = 0 AND c.GrainIdN1 = 0
        OFFSET 0
    ) AS s;
END $$;

-- Silos of the version before go on while the cluster is upgraded: they name what changes in the JSON of the states.
CREATE OR REPLACE FUNCTION write_contact_states(
    service_id text, keys text[], versions integer[], payloads bytea[]
) RETURNS TABLE (key text, new_version integer) LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    c record;
    d record;
    l record;
BEGIN
    SELECT array_agg(p.account ORDER BY g.n) AS accounts, array_agg(p.contact ORDER BY g.n) AS contacts,
        array_agg(p.status ORDER BY g.n) AS statuses, array_agg(p."statusSince" ORDER BY g.n) AS since,
        array_agg(p."lastStatus" ORDER BY g.n) AS last, array_agg(p."lastStatusAt" ORDER BY g.n) AS last_at,
        array_agg(p."lastRecipientStatus" ORDER BY g.n) AS last_recipient,
        coalesce(json_agg(json_build_object('contact', p.contact, 'rows', p.deliveries)), '[]') AS deliveries
    INTO c
    FROM unnest(payloads) WITH ORDINALITY AS g(payload, n)
    LEFT JOIN LATERAL json_to_record(convert_from(g.payload, 'UTF8')::json -> 'projection') AS p(
        account text, contact text, status text, "statusSince" bigint, "lastStatus" text, "lastStatusAt" bigint,
        "lastRecipientStatus" text, deliveries json) ON TRUE;

    SELECT array_agg(o.contact) AS contacts, array_agg(r.campaign) AS campaigns, array_agg(r.outcome) AS outcomes,
        array_agg(r.cause) AS causes, array_agg(r.excluded) AS excluded, array_agg(r.decided) AS decided,
        array_agg(r."inDoubt") AS in_doubt, array_agg(r.attempts) AS attempts, array_agg(r.pass) AS pass,
        array_agg(r.charged) AS charged, array_agg(r."nextAttemptAt") AS next_at, array_agg(r."replyCode") AS reply,
        array_agg(r."enhancedCode") AS enhanced, array_agg(r."replyText") AS texts,
        array_agg(r."recipientStatus") AS recipient, array_agg(r."duplicatesUpTo") AS up_to,
        array_agg(r."updatedAt") AS updated, array_agg(r."sentAt") AS sent,
        array_agg(coalesce(r.overturned, 0)) AS overturned, array_agg(r."openedAt") AS opened,
        array_agg(coalesce(r.opens, 0)) AS opens, array_agg(coalesce(r."machineOpens", 0)) AS machine_opens,
        array_agg(r."clickedAt") AS clicked, array_agg(coalesce(r.clicks, 0)) AS clicks,
        array_agg(coalesce(r."machineClicks", 0)) AS machine_clicks, array_agg(r."unsubscribedAt") AS unsubscribed,
        array_agg(r."complainedAt") AS complained,
        coalesce(json_agg(json_build_object('contact', o.contact, 'campaign', r.campaign, 'rows', r.links)), '[]')
            AS links
    INTO d
    FROM json_to_recordset(c.deliveries) AS o(contact text, rows json), json_to_recordset(o.rows) AS r(
        campaign text, outcome text, cause text, excluded text, decided integer, "inDoubt" integer,
        attempts integer, pass integer, charged integer, "nextAttemptAt" bigint, "replyCode" integer,
        "enhancedCode" text, "replyText" text, "recipientStatus" text, "duplicatesUpTo" integer,
        "updatedAt" bigint, "sentAt" bigint, overturned integer, "openedAt" bigint, opens integer,
        "machineOpens" integer, "clickedAt" bigint, clicks integer, "machineClicks" integer,
        "unsubscribedAt" bigint, "complainedAt" bigint, links json);

    SELECT array_agg(o.contact) AS contacts, array_agg(o.campaign) AS campaigns, array_agg(r.link) AS links,
        array_agg(r.clicks) AS clicks, array_agg(r."machineClicks") AS machine_clicks, array_agg(r."firstAt") AS firsts
    INTO l
    FROM json_to_recordset(d.links) AS o(contact text, campaign text, rows json), json_to_recordset(o.rows) AS r(
        link integer, clicks integer, "machineClicks" integer, "firstAt" bigint);

    RETURN QUERY SELECT w.key, w.new_version FROM write_contact_states(
        service_id, keys, versions, payloads,
        c.accounts, c.contacts, c.statuses, c.since, c.last, c.last_at, c.last_recipient,
        d.contacts, d.campaigns, d.outcomes, d.causes, d.excluded, d.decided, d.in_doubt, d.attempts, d.pass,
        d.charged, d.next_at, d.reply, d.enhanced, d.texts, d.recipient, d.up_to, d.updated, d.sent, d.overturned,
        d.opened, d.opens, d.machine_opens, d.clicked, d.clicks, d.machine_clicks, d.unsubscribed, d.complained,
        l.contacts, l.campaigns, l.links, l.clicks, l.machine_clicks, l.firsts) AS w;
END $$;
