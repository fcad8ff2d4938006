-- The first schema. Times are Unix milliseconds, flags 0 and 1, enumerations their names, as in the embedded database.
-- Every text sorts by its bytes, whatever the collation of the database: pages are ordered and merged that way.
-- Tables of Orleans keep the column names that its ADO.NET providers read.

CREATE TABLE settings (
    key   text COLLATE "C" PRIMARY KEY,
    value text COLLATE "C" NOT NULL
);

CREATE TABLE OrleansQuery (
    QueryKey  text COLLATE "C" PRIMARY KEY,
    QueryText text COLLATE "C" NOT NULL
);

CREATE TABLE OrleansMembershipVersionTable (
    DeploymentId text COLLATE "C" PRIMARY KEY,
    Timestamp    timestamptz(3) NOT NULL DEFAULT now(),
    Version      integer NOT NULL DEFAULT 0
);

CREATE TABLE OrleansMembershipTable (
    DeploymentId text COLLATE "C" NOT NULL REFERENCES OrleansMembershipVersionTable,
    Address      text COLLATE "C" NOT NULL,
    Port         integer NOT NULL,
    Generation   integer NOT NULL,
    SiloName     text COLLATE "C" NOT NULL,
    HostName     text COLLATE "C" NOT NULL,
    Status       integer NOT NULL,
    ProxyPort    integer NULL,
    SuspectTimes text COLLATE "C" NULL,
    StartTime    timestamptz(3) NOT NULL,
    IAmAliveTime timestamptz(3) NOT NULL,
    PRIMARY KEY (DeploymentId, Address, Port, Generation)
);

CREATE TABLE OrleansRemindersTable (
    ServiceId    text COLLATE "C" NOT NULL,
    GrainId      text COLLATE "C" NOT NULL,
    ReminderName text COLLATE "C" NOT NULL,
    StartTime    timestamptz(3) NOT NULL,
    Period       bigint NOT NULL,
    GrainHash    integer NOT NULL,
    Version      integer NOT NULL,
    PRIMARY KEY (ServiceId, GrainId, ReminderName)
);

-- Every silo reads the reminders of its part of the ring, again and again.
CREATE INDEX OrleansRemindersTable_hash ON OrleansRemindersTable (ServiceId, GrainHash);

CREATE TABLE OrleansStorage (
    GrainIdHash            integer NOT NULL,
    GrainIdN0              bigint NOT NULL,
    GrainIdN1              bigint NOT NULL,
    GrainTypeHash          integer NOT NULL,
    GrainTypeString        text COLLATE "C" NOT NULL,
    GrainIdExtensionString text COLLATE "C" NOT NULL,
    ServiceId              text COLLATE "C" NOT NULL,
    PayloadBinary          bytea NULL,
    ModifiedOn             timestamptz NOT NULL,
    Version                integer NOT NULL
) PARTITION BY LIST (GrainTypeString);

-- What the stock schema lacks: two activations can never both insert.
CREATE UNIQUE INDEX OrleansStorage_unique
    ON OrleansStorage (GrainIdExtensionString, GrainTypeString, ServiceId, GrainIdN0, GrainIdN1);

-- Millions of contacts, each written a few times, stand apart from a few states that are written all the time: neither
-- makes the other's vacuum longer. An update changes no indexed column, so where a page has room it touches no index.
CREATE TABLE OrleansStorage_contacts PARTITION OF OrleansStorage FOR VALUES IN ('contact') WITH (fillfactor = 70);
CREATE TABLE OrleansStorage_others PARTITION OF OrleansStorage DEFAULT WITH (fillfactor = 50);

-- A definition may hold megabytes; this is the faster of the two ways to compress them, where the server knows it.
DO $$
BEGIN
    ALTER TABLE OrleansStorage_others ALTER COLUMN PayloadBinary SET COMPRESSION lz4;
    ALTER TABLE OrleansStorage_contacts ALTER COLUMN PayloadBinary SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    RAISE NOTICE 'This server was built without lz4.';
END $$;

CREATE TABLE contacts (
    account        text COLLATE "C" NOT NULL,
    id             text COLLATE "C" NOT NULL,
    hash           integer NOT NULL,        -- 31 bits of the identifier: decides the partition
    address        text COLLATE "C" NOT NULL,
    address_valid  integer NOT NULL,
    name           text COLLATE "C" NULL,
    attributes     jsonb NOT NULL DEFAULT '{}',
    search         text COLLATE "C" NOT NULL, -- address and name in lower case
    status         text COLLATE "C" NOT NULL DEFAULT 'New',
    status_since   bigint NULL,
    last_status    text COLLATE "C" NULL,
    last_status_at bigint NULL,
    last_recipient_status text COLLATE "C" NOT NULL DEFAULT 'None', -- in the campaign of last_status
    created_at     bigint NOT NULL,
    updated_at     bigint NOT NULL,
    PRIMARY KEY (account, id)
) WITH (fillfactor = 80);

CREATE INDEX contacts_status ON contacts (account, status, id);
-- Contacts that were just imported have none, and need no place in it.
CREATE INDEX contacts_last_status ON contacts (account, last_status, id) WHERE last_status IS NOT NULL;
CREATE INDEX contacts_status_since ON contacts (account, status_since, id) WHERE status_since IS NOT NULL;
-- A contact whose status nothing has set since is found by the time of its upload. Uploads add to the end of the table,
-- so that a range of pages says enough, and an import need not write another index.
CREATE INDEX contacts_created_at ON contacts USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX contacts_last_status_at ON contacts (account, last_status_at, id) WHERE last_status_at IS NOT NULL;

CREATE TABLE lists (
    id         text COLLATE "C" PRIMARY KEY,
    account    text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    hidden     integer NOT NULL DEFAULT 0,
    members    bigint NOT NULL DEFAULT 0,
    created_at bigint NOT NULL
);

CREATE UNIQUE INDEX lists_name ON lists (account, name) WHERE hidden = 0;
CREATE INDEX lists_shown ON lists (account, id) WHERE hidden = 0;

-- Lists that are gone while some of their members are still to be removed.
CREATE TABLE deleted_lists (
    id text COLLATE "C" PRIMARY KEY
);

-- One address twice in one file is two members: the second is Duplicated in a campaign. Importing the file again
-- changes nothing, because it counts occurrences anew.
CREATE TABLE list_members (
    list_id       text COLLATE "C" NOT NULL,
    contact_id    text COLLATE "C" NOT NULL,
    occurrence    integer NOT NULL,
    import_number bigint NULL, -- the import that has named it last: tells which occurrences of its file it has reached
    PRIMARY KEY (list_id, contact_id, occurrence)
) WITH (fillfactor = 90);

CREATE TABLE views (
    id         text COLLATE "C" PRIMARY KEY,
    account    text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    filter     text COLLATE "C" NOT NULL,
    created_at bigint NOT NULL
);

CREATE UNIQUE INDEX views_name ON views (account, name);

CREATE TABLE imports (
    id         text COLLATE "C" PRIMARY KEY,
    account    text COLLATE "C" NOT NULL,
    list_id    text COLLATE "C" NOT NULL,
    options    text COLLATE "C" NOT NULL,
    status     text COLLATE "C" NOT NULL,
    rows       bigint NOT NULL DEFAULT 0,
    created    bigint NOT NULL DEFAULT 0,
    updated    bigint NOT NULL DEFAULT 0,
    duplicated bigint NOT NULL DEFAULT 0,
    malformed  bigint NOT NULL DEFAULT 0,
    rejected   bigint NOT NULL DEFAULT 0,
    position   bigint NOT NULL DEFAULT 0,  -- where the chunk begins that is being written, in bytes
    line       bigint NOT NULL DEFAULT 0,  -- the line that it begins with; 0 before the header was read
    chunk_rows integer NOT NULL DEFAULT 0, -- how many rows it has; 0 before its first step
    chunk_done integer NOT NULL DEFAULT 0, -- how many contacts of it are in, in the order of their identifiers
    started_at bigint NOT NULL,
    ended_at   bigint NULL,
    failure    text COLLATE "C" NULL,
    number     bigint NOT NULL GENERATED ALWAYS AS IDENTITY
);

CREATE INDEX imports_account ON imports (account, id);
CREATE INDEX imports_running ON imports (id, list_id) WHERE status = 'Running';

CREATE TABLE import_errors (
    import_id   text COLLATE "C" NOT NULL,
    line        bigint NOT NULL,
    code        text COLLATE "C" NOT NULL,
    detail      text COLLATE "C" NOT NULL,
    column_name text COLLATE "C" NULL,
    PRIMARY KEY (import_id, line, code)
);

-- The files themselves, in parts of a megabyte, until their imports have ended: processes share no disk.
CREATE TABLE import_files (
    import_id text COLLATE "C" NOT NULL,
    part      integer NOT NULL,
    kept_at   bigint NOT NULL,
    octets    bytea NOT NULL,
    PRIMARY KEY (import_id, part)
);

-- They are written once and read once: compressing them would cost more than it saves.
ALTER TABLE import_files ALTER COLUMN octets SET STORAGE EXTERNAL;

CREATE TABLE campaigns (
    id           text COLLATE "C" PRIMARY KEY,
    account      text COLLATE "C" NOT NULL,
    name         text COLLATE "C" NOT NULL,
    status       text COLLATE "C" NOT NULL,
    created_at   bigint NOT NULL,
    scheduled_at bigint NULL,
    ended_at     bigint NULL
);

CREATE INDEX campaigns_account ON campaigns (account, id);
CREATE INDEX campaigns_status ON campaigns (account, status, id);

CREATE TABLE snapshots (
    campaign_id text COLLATE "C" PRIMARY KEY,
    recipients  bigint NOT NULL,
    sendable    bigint NOT NULL,
    partitions  integer NOT NULL,
    taken_at    bigint NOT NULL
);

CREATE TABLE recipients (
    campaign_id      text COLLATE "C" NOT NULL,
    partition        integer NOT NULL,
    seq              bigint NOT NULL,
    account          text COLLATE "C" NOT NULL,
    contact_id       text COLLATE "C" NOT NULL,
    occurrence       integer NOT NULL,
    reserved         integer NOT NULL,           -- whether a licence was reserved for it
    outcome          text COLLATE "C" NOT NULL DEFAULT 'Queued',
    cause            text COLLATE "C" NOT NULL DEFAULT 'None',
    excluded         text COLLATE "C" NULL,
    decided          integer NOT NULL DEFAULT 0,
    in_doubt         integer NOT NULL DEFAULT 0,
    attempts         integer NOT NULL DEFAULT 0,
    pass             integer NOT NULL DEFAULT 1,
    charged          integer NOT NULL DEFAULT 0,
    next_attempt_at  bigint NULL,
    reply_code       integer NULL,
    enhanced_code    text COLLATE "C" NULL,
    reply_text       text COLLATE "C" NULL,
    recipient_status text COLLATE "C" NOT NULL DEFAULT 'None',
    updated_at       bigint NULL,
    sent_at          bigint NULL,
    failed_at        bigint NULL,                -- when it was given up, unless it no longer is
    overturned       integer NOT NULL DEFAULT 0, -- whether a bounce message ever took Sent back
    opened_at        bigint NULL,                -- first, by a person
    opens            integer NOT NULL DEFAULT 0,
    machine_opens    integer NOT NULL DEFAULT 0,
    clicked_at       bigint NULL,                -- first, by a person
    clicks           integer NOT NULL DEFAULT 0,
    machine_clicks   integer NOT NULL DEFAULT 0,
    unsubscribed_at  bigint NULL,
    complained_at    bigint NULL,
    PRIMARY KEY (campaign_id, partition, seq)
) WITH (fillfactor = 60);

CREATE UNIQUE INDEX recipients_contact ON recipients (campaign_id, contact_id, occurrence);
CREATE INDEX recipients_due ON recipients (campaign_id, partition, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
-- Who waits, until its first attempt; and who got something. Both are short for a campaign that is over.
CREATE INDEX recipients_queued ON recipients (campaign_id, contact_id) WHERE outcome = 'Queued' AND excluded IS NULL;
CREATE INDEX recipients_status ON recipients (campaign_id, recipient_status, contact_id)
    WHERE recipient_status <> 'None';

CREATE TABLE campaign_links (
    campaign_id text COLLATE "C" NOT NULL,
    link        integer NOT NULL,                -- from 1
    url         text COLLATE "C" NOT NULL,
    PRIMARY KEY (campaign_id, link)
);

-- A projection of the contact's state like the columns of recipients: set, never added to.
CREATE TABLE link_clicks (
    campaign_id    text COLLATE "C" NOT NULL,
    link           integer NOT NULL,
    contact_id     text COLLATE "C" NOT NULL,
    clicks         integer NOT NULL,
    machine_clicks integer NOT NULL,
    first_at       bigint NULL,
    PRIMARY KEY (campaign_id, link, contact_id)
);

-- Messages that came back and were kept for people to look at.
CREATE TABLE set_aside_messages (
    id          text COLLATE "C" PRIMARY KEY,
    received_at bigint NOT NULL,
    source      text COLLATE "C" NOT NULL,
    reason      text COLLATE "C" NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    digest      text COLLATE "C" NOT NULL UNIQUE, -- SHA-256 of the octets as received: the same message is kept once
    size        bigint NOT NULL,                  -- of the whole message
    octets      bytea NOT NULL                    -- its beginning
);

CREATE INDEX set_aside_messages_received ON set_aside_messages (received_at);

CREATE TABLE api_keys (
    id         text COLLATE "C" PRIMARY KEY,
    account    text COLLATE "C" NOT NULL,
    name       text COLLATE "C" NOT NULL,
    role       text COLLATE "C" NOT NULL,
    hash       text COLLATE "C" NOT NULL UNIQUE,
    created_at bigint NOT NULL,
    revoked_at bigint NULL
);

CREATE TABLE idempotent_requests (
    account      text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    fingerprint  text COLLATE "C" NOT NULL,
    status       integer NULL,
    content_type text COLLATE "C" NULL,
    body         text COLLATE "C" NULL,
    created_at   bigint NOT NULL,
    PRIMARY KEY (account, key)
);

CREATE INDEX idempotent_requests_age ON idempotent_requests (created_at);

-- Grain states are projected in the transaction that writes them: whatever crashes, the tables equal the grains. One
-- statement may write the states of many contacts, and this runs once for all of them. The planner knows nothing of how
-- many those are, and a plan made over empty tables would stay while they grow: so every row is found by an index. Nor
-- does it know how short the lists are that JSON holds: it would think them worth compiling, which takes longer than
-- all the rest. The contacts are locked in order, as imports lock them.
CREATE FUNCTION project_contacts() RETURNS trigger LANGUAGE plpgsql
    SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    WITH projections AS MATERIALIZED (
        SELECT p.*
        FROM written w, json_to_record(convert_from(w.PayloadBinary, 'UTF8')::json -> 'projection') AS p(
            account text, contact text, status text, "statusSince" bigint, "lastStatus" text, "lastStatusAt" bigint,
            "lastRecipientStatus" text, deliveries json)
        WHERE w.PayloadBinary IS NOT NULL AND p.contact IS NOT NULL
        ORDER BY p.contact
    ), deliveries AS MATERIALIZED (
        -- A column and no constant: or else, as long as recipients seem few, those of all campaigns are read first.
        SELECT p.contact, 1 AS first, d.*
        FROM projections p, json_to_recordset(p.deliveries) AS d(
            campaign text, outcome text, cause text, excluded text, decided integer, "inDoubt" integer,
            attempts integer, pass integer, charged integer, "nextAttemptAt" bigint, "replyCode" integer,
            "enhancedCode" text, "replyText" text, "recipientStatus" text, "duplicatesUpTo" integer,
            "updatedAt" bigint, "sentAt" bigint, overturned integer, "openedAt" bigint, opens integer,
            "machineOpens" integer, "clickedAt" bigint, clicks integer, "machineClicks" integer,
            "unsubscribedAt" bigint, "complainedAt" bigint, links json)
    ), statuses AS (
        -- No recipient status is none that is known: the campaign of the Last Status may have moved to a page.
        UPDATE contacts c SET
            status = p.status, status_since = p."statusSince", last_status = p."lastStatus",
            last_status_at = p."lastStatusAt",
            last_recipient_status = coalesce(p."lastRecipientStatus", c.last_recipient_status)
        FROM projections p
        WHERE c.account = p.account AND c.id = p.contact
    ), firsts AS (
        -- The state knows no time of failure. It is that of the write which made a failure of something else.
        UPDATE recipients r SET
            outcome = d.outcome, cause = d.cause, excluded = d.excluded, decided = d.decided,
            in_doubt = d."inDoubt", attempts = d.attempts, pass = d.pass, charged = d.charged,
            next_attempt_at = d."nextAttemptAt", reply_code = d."replyCode", enhanced_code = d."enhancedCode",
            reply_text = d."replyText", recipient_status = d."recipientStatus", updated_at = d."updatedAt",
            sent_at = d."sentAt",
            failed_at = CASE WHEN d.outcome IN ('Rejected', 'Spam', 'Bounced')
                THEN coalesce(r.failed_at, d."updatedAt") END,
            overturned = coalesce(d.overturned, 0),
            opened_at = d."openedAt", opens = coalesce(d.opens, 0), machine_opens = coalesce(d."machineOpens", 0),
            clicked_at = d."clickedAt", clicks = coalesce(d.clicks, 0),
            machine_clicks = coalesce(d."machineClicks", 0),
            unsubscribed_at = d."unsubscribedAt", complained_at = d."complainedAt"
        FROM deliveries d
        WHERE r.campaign_id = d.campaign AND r.contact_id = d.contact AND r.occurrence = d.first
    ), duplicates AS (
        -- Further occurrences of the address get no e-mail, whatever becomes of the first.
        UPDATE recipients r SET
            outcome = 'Duplicated', cause = 'DuplicateAddress', decided = 1, pass = d.pass,
            updated_at = d."updatedAt"
        FROM deliveries d
        WHERE d."duplicatesUpTo" > 1 AND r.campaign_id = d.campaign AND r.contact_id = d.contact
            AND r.occurrence BETWEEN 2 AND d."duplicatesUpTo"
    )
    INSERT INTO link_clicks AS k (campaign_id, link, contact_id, clicks, machine_clicks, first_at)
    SELECT d.campaign, l.link, d.contact, l.clicks, l."machineClicks", l."firstAt"
    FROM deliveries d, json_to_recordset(d.links) AS l(
        link integer, clicks integer, "machineClicks" integer, "firstAt" bigint)
    ON CONFLICT (campaign_id, link, contact_id) DO UPDATE SET
        clicks = excluded.clicks, machine_clicks = excluded.machine_clicks, first_at = excluded.first_at;
    RETURN NULL;
END $$;

CREATE TRIGGER contacts_inserted AFTER INSERT ON OrleansStorage_contacts
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION project_contacts();
CREATE TRIGGER contacts_updated AFTER UPDATE ON OrleansStorage_contacts
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION project_contacts();

CREATE FUNCTION project_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO campaigns (id, account, name, status, created_at, scheduled_at, ended_at)
    SELECT p.campaign, p.account, p.name, p.status, p."createdAt", p."scheduledAt", p."endedAt"
    FROM json_to_record(convert_from(NEW.PayloadBinary, 'UTF8')::json -> 'projection') AS p(
        campaign text, account text, name text, status text, "createdAt" bigint, "scheduledAt" bigint,
        "endedAt" bigint)
    WHERE p.campaign IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, status = excluded.status,
        scheduled_at = excluded.scheduled_at, ended_at = excluded.ended_at;
    RETURN NULL;
END $$;

CREATE TRIGGER campaign_written AFTER INSERT OR UPDATE ON OrleansStorage_others
    FOR EACH ROW WHEN (NEW.GrainTypeString = 'campaign' AND NEW.PayloadBinary IS NOT NULL)
    EXECUTE FUNCTION project_campaign();

-- The states of many contacts in one statement; it returns those that landed. Without a version a state must be
-- inserted, with one it must be updated from that very version.
CREATE FUNCTION write_contact_states(
    service_id text, keys text[], versions integer[], payloads bytea[]
) RETURNS TABLE (key text, new_version integer) LANGUAGE plpgsql
    SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY
    WITH given AS MATERIALIZED (
        SELECT g.* FROM unnest(keys, versions, payloads) AS g(key, version, payload)
    ), inserted AS (
        INSERT INTO OrleansStorage_contacts (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString,
            GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
        SELECT 0, 0, 0, 0, 'contact', g.key, service_id, g.payload, now(), 1 FROM given g WHERE g.version IS NULL
        ON CONFLICT DO NOTHING
        RETURNING GrainIdExtensionString AS written, Version
    ), updated AS (
        UPDATE OrleansStorage_contacts s SET
            PayloadBinary = g.payload, ModifiedOn = now(), Version = s.Version + 1
        FROM given g
        WHERE s.GrainIdExtensionString = g.key AND s.GrainTypeString = 'contact' AND s.ServiceId = service_id
            AND s.GrainIdN0 = 0 AND s.GrainIdN1 = 0 AND s.Version = g.version
        RETURNING s.GrainIdExtensionString AS written, s.Version
    )
    SELECT i.written, i.Version FROM inserted i UNION ALL SELECT u.written, u.Version FROM updated u;
END $$;

CREATE FUNCTION read_contact_states(
    service_id text, keys text[]
) RETURNS TABLE (place integer, payload bytea, stored_version integer) LANGUAGE plpgsql STABLE
    SET jit = off SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
    RETURN QUERY
    SELECT g.place::integer, s.PayloadBinary, s.Version
    FROM unnest(keys) WITH ORDINALITY AS g(key, place) JOIN OrleansStorage_contacts s
        ON s.GrainIdExtensionString = g.key AND s.GrainTypeString = 'contact' AND s.ServiceId = service_id
        AND s.GrainIdN0 = 0 AND s.GrainIdN1 = 0;
END $$;
