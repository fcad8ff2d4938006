-- The first schema. Times are Unix milliseconds, booleans 0 and 1, enumerations their names.
-- Tables of Orleans keep the column names that its ADO.NET providers read.

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE OrleansQuery (
    QueryKey  TEXT PRIMARY KEY,
    QueryText TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE OrleansStorage (
    GrainIdHash            INTEGER NOT NULL,
    GrainIdN0              INTEGER NOT NULL,
    GrainIdN1              INTEGER NOT NULL,
    GrainTypeHash          INTEGER NOT NULL,
    GrainTypeString        TEXT NOT NULL,
    GrainIdExtensionString TEXT NOT NULL,
    ServiceId              TEXT NOT NULL,
    PayloadBinary          BLOB NULL,
    ModifiedOn             INTEGER NOT NULL,
    Version                INTEGER NOT NULL
);

-- What the stock schema lacks: two activations can never both insert.
CREATE UNIQUE INDEX OrleansStorage_unique
    ON OrleansStorage (GrainIdExtensionString, GrainTypeString, ServiceId, GrainIdN0, GrainIdN1);

CREATE TABLE OrleansRemindersTable (
    ServiceId    TEXT NOT NULL,
    GrainId      TEXT NOT NULL,
    ReminderName TEXT NOT NULL,
    StartTime    TEXT NOT NULL,
    Period       INTEGER NOT NULL,
    GrainHash    INTEGER NOT NULL,
    Version      INTEGER NOT NULL,
    PRIMARY KEY (ServiceId, GrainId, ReminderName)
) WITHOUT ROWID;

CREATE INDEX OrleansRemindersTable_hash ON OrleansRemindersTable (ServiceId, GrainHash);

CREATE TABLE contacts (
    account        TEXT NOT NULL,
    id             TEXT NOT NULL,
    hash           INTEGER NOT NULL,        -- 31 bits of the identifier: decides the partition
    address        TEXT NOT NULL,
    address_valid  INTEGER NOT NULL,
    name           TEXT NULL,
    attributes     TEXT NOT NULL DEFAULT '{}',
    search         TEXT NOT NULL,           -- address and name in lower case
    status         TEXT NOT NULL DEFAULT 'New',
    status_since   INTEGER NULL,
    last_status    TEXT NULL,
    last_status_at INTEGER NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (account, id)
) WITHOUT ROWID;

CREATE INDEX contacts_status ON contacts (account, status, id);
-- Contacts that were just imported have none, and need no place in it.
CREATE INDEX contacts_last_status ON contacts (account, last_status, id) WHERE last_status IS NOT NULL;

CREATE TABLE lists (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    hidden     INTEGER NOT NULL DEFAULT 0,
    members    INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX lists_name ON lists (account, name) WHERE hidden = 0;
CREATE INDEX lists_shown ON lists (account, id) WHERE hidden = 0;

-- Lists that are gone while some of their members are still to be removed.
CREATE TABLE deleted_lists (
    id TEXT PRIMARY KEY
) WITHOUT ROWID;

-- One address twice in one file is two members: the second is Duplicated in a campaign. Importing the file again
-- changes nothing, because it counts occurrences anew.
CREATE TABLE list_members (
    list_id    TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    PRIMARY KEY (list_id, contact_id, occurrence)
) WITHOUT ROWID;

CREATE TABLE views (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    filter     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE UNIQUE INDEX views_name ON views (account, name);

CREATE TABLE imports (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    list_id    TEXT NOT NULL,
    options    TEXT NOT NULL,
    status     TEXT NOT NULL,
    rows       INTEGER NOT NULL DEFAULT 0,
    created    INTEGER NOT NULL DEFAULT 0,
    updated    INTEGER NOT NULL DEFAULT 0,
    duplicated INTEGER NOT NULL DEFAULT 0,
    malformed  INTEGER NOT NULL DEFAULT 0,
    rejected   INTEGER NOT NULL DEFAULT 0,
    position   INTEGER NOT NULL DEFAULT 0,  -- where the chunk begins that is being written, in bytes
    line       INTEGER NOT NULL DEFAULT 0,  -- the line that it begins with; 0 before the header was read
    chunk_rows INTEGER NOT NULL DEFAULT 0,  -- how many rows it has; 0 before its first step
    chunk_done INTEGER NOT NULL DEFAULT 0,  -- how many contacts of it are in, in the order of their identifiers
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NULL,
    failure    TEXT NULL
) WITHOUT ROWID;

CREATE INDEX imports_account ON imports (account, id);
CREATE INDEX imports_running ON imports (id) WHERE status = 'Running';

-- Which occurrence of an address in one file has been reached; emptied when the import ends.
CREATE TABLE import_occurrences (
    import_id  TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    occurrence INTEGER NOT NULL,
    PRIMARY KEY (import_id, contact_id)
) WITHOUT ROWID;

CREATE TABLE import_errors (
    import_id   TEXT NOT NULL,
    line        INTEGER NOT NULL,
    code        TEXT NOT NULL,
    detail      TEXT NOT NULL,
    column_name TEXT NULL,
    PRIMARY KEY (import_id, line, code)
) WITHOUT ROWID;

CREATE TABLE campaigns (
    id           TEXT PRIMARY KEY,
    account      TEXT NOT NULL,
    name         TEXT NOT NULL,
    status       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    scheduled_at INTEGER NULL,
    ended_at     INTEGER NULL
) WITHOUT ROWID;

CREATE INDEX campaigns_account ON campaigns (account, id);
CREATE INDEX campaigns_status ON campaigns (account, status, id);

CREATE TABLE snapshots (
    campaign_id TEXT PRIMARY KEY,
    recipients  INTEGER NOT NULL,
    sendable    INTEGER NOT NULL,
    partitions  INTEGER NOT NULL,
    taken_at    INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE recipients (
    campaign_id      TEXT NOT NULL,
    partition        INTEGER NOT NULL,
    seq              INTEGER NOT NULL,
    account          TEXT NOT NULL,
    contact_id       TEXT NOT NULL,
    occurrence       INTEGER NOT NULL,
    reserved         INTEGER NOT NULL,       -- whether a licence was reserved for it
    outcome          TEXT NOT NULL DEFAULT 'Queued',
    cause            TEXT NOT NULL DEFAULT 'None',
    excluded         TEXT NULL,
    decided          INTEGER NOT NULL DEFAULT 0,
    in_doubt         INTEGER NOT NULL DEFAULT 0,
    attempts         INTEGER NOT NULL DEFAULT 0,
    pass             INTEGER NOT NULL DEFAULT 1,
    charged          INTEGER NOT NULL DEFAULT 0,
    next_attempt_at  INTEGER NULL,
    reply_code       INTEGER NULL,
    enhanced_code    TEXT NULL,
    reply_text       TEXT NULL,
    recipient_status TEXT NOT NULL DEFAULT 'None',
    updated_at       INTEGER NULL,
    PRIMARY KEY (campaign_id, partition, seq)
) WITHOUT ROWID;

CREATE UNIQUE INDEX recipients_contact ON recipients (contact_id, campaign_id, occurrence);
CREATE INDEX recipients_due ON recipients (campaign_id, partition, next_attempt_at) WHERE next_attempt_at IS NOT NULL;

CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL,
    hash       TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER NULL
) WITHOUT ROWID;

CREATE TABLE idempotent_requests (
    account      TEXT NOT NULL,
    key          TEXT NOT NULL,
    fingerprint  TEXT NOT NULL,
    status       INTEGER NULL,
    content_type TEXT NULL,
    body         TEXT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;

CREATE INDEX idempotent_requests_age ON idempotent_requests (created_at);

-- Grain states are projected in the transaction that writes them: whatever crashes, the tables equal the grains.
CREATE TRIGGER contact_inserted AFTER INSERT ON OrleansStorage WHEN NEW.GrainTypeString = 'contact'
BEGIN
    UPDATE contacts SET
        status = p.value ->> 'status',
        status_since = p.value ->> 'statusSince',
        last_status = p.value ->> 'lastStatus',
        last_status_at = p.value ->> 'lastStatusAt'
    FROM json_each(CAST(NEW.PayloadBinary AS TEXT)) AS p
    WHERE p.key = 'projection' AND contacts.account = p.value ->> 'account' AND contacts.id = p.value ->> 'contact';

    UPDATE recipients SET
        outcome = CASE WHEN recipients.occurrence > 1 THEN 'Duplicated' ELSE d.value ->> 'outcome' END,
        cause = CASE WHEN recipients.occurrence > 1 THEN 'DuplicateAddress' ELSE d.value ->> 'cause' END,
        excluded = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'excluded' END,
        decided = CASE WHEN recipients.occurrence > 1 THEN 1 ELSE d.value ->> 'decided' END,
        in_doubt = CASE WHEN recipients.occurrence > 1 THEN 0 ELSE d.value ->> 'inDoubt' END,
        attempts = CASE WHEN recipients.occurrence > 1 THEN 0 ELSE d.value ->> 'attempts' END,
        pass = d.value ->> 'pass',
        charged = CASE WHEN recipients.occurrence > 1 THEN 0 ELSE d.value ->> 'charged' END,
        next_attempt_at = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'nextAttemptAt' END,
        reply_code = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'replyCode' END,
        enhanced_code = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'enhancedCode' END,
        reply_text = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'replyText' END,
        recipient_status = CASE WHEN recipients.occurrence > 1 THEN 'None' ELSE d.value ->> 'recipientStatus' END,
        updated_at = d.value ->> 'updatedAt'
    FROM json_each(CAST(NEW.PayloadBinary AS TEXT), '$.projection.deliveries') AS d
    WHERE recipients.contact_id = json_extract(CAST(NEW.PayloadBinary AS TEXT), '$.projection.contact')
      AND recipients.campaign_id = d.value ->> 'campaign'
      AND recipients.occurrence <= d.value ->> 'duplicatesUpTo';
END;

CREATE TRIGGER campaign_inserted AFTER INSERT ON OrleansStorage WHEN NEW.GrainTypeString = 'campaign'
BEGIN
    INSERT INTO campaigns (id, account, name, status, created_at, scheduled_at, ended_at)
    SELECT p.value ->> 'campaign', p.value ->> 'account', p.value ->> 'name', p.value ->> 'status',
           p.value ->> 'createdAt', p.value ->> 'scheduledAt', p.value ->> 'endedAt'
    FROM json_each(CAST(NEW.PayloadBinary AS TEXT)) AS p
    WHERE p.key = 'projection'
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, status = excluded.status,
        scheduled_at = excluded.scheduled_at, ended_at = excluded.ended_at;
END;

CREATE TRIGGER contact_updated AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString = 'contact'
BEGIN
    UPDATE contacts SET
        status = p.value ->> 'status',
        status_since = p.value ->> 'statusSince',
        last_status = p.value ->> 'lastStatus',
        last_status_at = p.value ->> 'lastStatusAt'
    FROM json_each(CAST(NEW.PayloadBinary AS TEXT)) AS p
    WHERE p.key = 'projection' AND contacts.account = p.value ->> 'account' AND contacts.id = p.value ->> 'contact';

    UPDATE recipients SET
        outcome = CASE WHEN recipients.occurrence > 1 THEN 'Duplicated' ELSE d.value ->> 'outcome' END,
        cause = CASE WHEN recipients.occurrence > 1 THEN 'DuplicateAddress' ELSE d.value ->> 'cause' END,
        excluded = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'excluded' END,
        decided = CASE WHEN recipients.occurrence > 1 THEN 1 ELSE d.value ->> 'decided' END,
        in_doubt = CASE WHEN recipients.occurrence > 1 THEN 0 ELSE d.value ->> 'inDoubt' END,
        attempts = CASE WHEN recipients.occurrence > 1 THEN 0 ELSE d.value ->> 'attempts' END,
        pass = d.value ->> 'pass',
        charged = CASE WHEN recipients.occurrence > 1 THEN 0 ELSE d.value ->> 'charged' END,
        next_attempt_at = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'nextAttemptAt' END,
        reply_code = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'replyCode' END,
        enhanced_code = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'enhancedCode' END,
        reply_text = CASE WHEN recipients.occurrence > 1 THEN NULL ELSE d.value ->> 'replyText' END,
        recipient_status = CASE WHEN recipients.occurrence > 1 THEN 'None' ELSE d.value ->> 'recipientStatus' END,
        updated_at = d.value ->> 'updatedAt'
    FROM json_each(CAST(NEW.PayloadBinary AS TEXT), '$.projection.deliveries') AS d
    WHERE recipients.contact_id = json_extract(CAST(NEW.PayloadBinary AS TEXT), '$.projection.contact')
      AND recipients.campaign_id = d.value ->> 'campaign'
      AND recipients.occurrence <= d.value ->> 'duplicatesUpTo';
END;

CREATE TRIGGER campaign_updated AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString = 'campaign'
BEGIN
    INSERT INTO campaigns (id, account, name, status, created_at, scheduled_at, ended_at)
    SELECT p.value ->> 'campaign', p.value ->> 'account', p.value ->> 'name', p.value ->> 'status',
           p.value ->> 'createdAt', p.value ->> 'scheduledAt', p.value ->> 'endedAt'
    FROM json_each(CAST(NEW.PayloadBinary AS TEXT)) AS p
    WHERE p.key = 'projection'
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, status = excluded.status,
        scheduled_at = excluded.scheduled_at, ended_at = excluded.ended_at;
END;
