-- Who is no member of a list any more, by whose word. Members stand in list_members and nowhere else: a contact is in
-- one of the two tables or in neither.
CREATE TABLE departures (
    list_id    text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    state      text COLLATE "C" NOT NULL,
    since      bigint NOT NULL,
    PRIMARY KEY (list_id, contact_id)
);

CREATE INDEX departures_contact ON departures (contact_id);

-- What changed a membership; append-only.
CREATE TABLE subscription_changes (
    id         text COLLATE "C" PRIMARY KEY,
    list_id    text COLLATE "C" NOT NULL,
    contact_id text COLLATE "C" NOT NULL,
    state      text COLLATE "C" NOT NULL,
    at         bigint NOT NULL,
    source     text COLLATE "C" NOT NULL,
    actor      text COLLATE "C" NULL,
    reason     text COLLATE "C" NULL
);

CREATE INDEX subscription_changes_contact ON subscription_changes (contact_id, list_id, id);

-- How many rows named somebody who had left the list or was taken off it.
ALTER TABLE imports ADD COLUMN left_out bigint NOT NULL DEFAULT 0;
