-- Whom an account never sends to. An address is named by the keyed hash of its contact, so that it can be kept when the
-- contact is erased; a domain by its A-labels.
CREATE TABLE suppressions (
    account    TEXT NOT NULL,
    key        TEXT NOT NULL,           -- con_… or a domain
    is_domain  INTEGER NOT NULL,
    reason     TEXT NULL,
    source     TEXT NOT NULL,           -- api or import
    actor      TEXT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NULL,
    PRIMARY KEY (account, key)
) WITHOUT ROWID;

-- How many rows of an import said that their contact may not be written to.
ALTER TABLE imports ADD COLUMN opted_out INTEGER NOT NULL DEFAULT 0;

-- What contacts read of a list on the preference page, and whether they read of it at all.
ALTER TABLE lists ADD COLUMN public_name TEXT NULL;
ALTER TABLE lists ADD COLUMN description TEXT NULL;
ALTER TABLE lists ADD COLUMN unlisted INTEGER NOT NULL DEFAULT 0;

-- What an account says of itself. An account without a row says nothing.
CREATE TABLE account_profiles (
    account     TEXT PRIMARY KEY,
    public_name TEXT NULL
) WITHOUT ROWID;
