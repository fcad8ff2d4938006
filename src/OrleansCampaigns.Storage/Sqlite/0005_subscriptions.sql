-- Who is no member of a list any more, by whose word. Members stand in list_members and nowhere else: a contact is in
-- one of the two tables or in neither.
CREATE TABLE departures (
    list_id    TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    state      TEXT NOT NULL,
    since      INTEGER NOT NULL,
    PRIMARY KEY (list_id, contact_id)
) WITHOUT ROWID;

CREATE INDEX departures_contact ON departures (contact_id);

-- What changed a membership; append-only.
CREATE TABLE subscription_changes (
    id         TEXT PRIMARY KEY,
    list_id    TEXT NOT NULL,
    contact_id TEXT NOT NULL,
    state      TEXT NOT NULL,
    at         INTEGER NOT NULL,
    source     TEXT NOT NULL,
    actor      TEXT NULL,
    reason     TEXT NULL
) WITHOUT ROWID;

CREATE INDEX subscription_changes_contact ON subscription_changes (contact_id, list_id, id);

-- How many rows named somebody who had left the list or was taken off it.
ALTER TABLE imports ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
