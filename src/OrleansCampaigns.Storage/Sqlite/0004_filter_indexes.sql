-- Filters count and read identifiers from indexes alone. SQLite looks into the row for a column that the index does not
-- hold, even where the index is only for rows in which that column is known.

-- A contact whose status nothing has set since is found by the time of its upload.
DROP INDEX contacts_status_since;
CREATE INDEX contacts_status_since ON contacts (account, status_since, created_at, id);

DROP INDEX recipients_queued;
CREATE INDEX recipients_queued ON recipients (campaign_id, contact_id, outcome, excluded)
    WHERE outcome = 'Queued' AND excluded IS NULL;
