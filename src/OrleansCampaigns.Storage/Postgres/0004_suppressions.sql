-- Whom an account never sends to. An address is named by the keyed hash of its contact, so that it can be kept when the
-- contact is erased; a domain by its A-labels.
CREATE TABLE suppressions (
    account    text COLLATE "C" NOT NULL,
    key        text COLLATE "C" NOT NULL,   -- con_… or a domain
    is_domain  integer NOT NULL,
    reason     text COLLATE "C" NULL,
    source     text COLLATE "C" NOT NULL,   -- api or import
    actor      text COLLATE "C" NULL,
    created_at bigint NOT NULL,
    expires_at bigint NULL,
    PRIMARY KEY (account, key)
);

-- How many rows of an import said that their contact may not be written to.
ALTER TABLE imports ADD COLUMN opted_out bigint NOT NULL DEFAULT 0;

-- What contacts read of a list on the preference page, and whether they read of it at all.
ALTER TABLE lists ADD COLUMN public_name text COLLATE "C" NULL;
ALTER TABLE lists ADD COLUMN description text COLLATE "C" NULL;
ALTER TABLE lists ADD COLUMN unlisted integer NOT NULL DEFAULT 0;

-- What an account says of itself. An account without a row says nothing.
CREATE TABLE account_profiles (
    account     text COLLATE "C" PRIMARY KEY,
    public_name text COLLATE "C" NULL
);
