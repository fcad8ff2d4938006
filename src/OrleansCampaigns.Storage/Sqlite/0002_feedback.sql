-- What comes back: columns, links and indexes for it, and the projection that fills them.

ALTER TABLE contacts ADD COLUMN last_recipient_status TEXT NOT NULL DEFAULT 'None'; -- in the campaign of last_status

ALTER TABLE recipients ADD COLUMN sent_at INTEGER NULL;
ALTER TABLE recipients ADD COLUMN failed_at INTEGER NULL;                   -- when it was given up, unless it no longer is
ALTER TABLE recipients ADD COLUMN overturned INTEGER NOT NULL DEFAULT 0;    -- whether a bounce message ever took Sent back
ALTER TABLE recipients ADD COLUMN opened_at INTEGER NULL;                   -- first, by a person
ALTER TABLE recipients ADD COLUMN opens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN machine_opens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN clicked_at INTEGER NULL;                  -- first, by a person
ALTER TABLE recipients ADD COLUMN clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN machine_clicks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recipients ADD COLUMN unsubscribed_at INTEGER NULL;
ALTER TABLE recipients ADD COLUMN complained_at INTEGER NULL;

CREATE TABLE campaign_links (
    campaign_id TEXT NOT NULL,
    link        INTEGER NOT NULL,           -- from 1
    url         TEXT NOT NULL,
    PRIMARY KEY (campaign_id, link)
) WITHOUT ROWID;

-- A projection of the contact's state like the columns of recipients: set, never added to.
CREATE TABLE link_clicks (
    campaign_id    TEXT NOT NULL,
    link           INTEGER NOT NULL,
    contact_id     TEXT NOT NULL,
    clicks         INTEGER NOT NULL,
    machine_clicks INTEGER NOT NULL,
    first_at       INTEGER NULL,
    PRIMARY KEY (campaign_id, link, contact_id)
) WITHOUT ROWID;

-- The campaign comes first: pages of its recipients are read in the order of their contacts, and taking an audience
-- writes to one region of the index instead of all over it.
DROP INDEX recipients_contact;
CREATE UNIQUE INDEX recipients_contact ON recipients (campaign_id, contact_id, occurrence);

-- Who waits, until its first attempt; and who got something. Both are short for a campaign that is over.
CREATE INDEX recipients_queued ON recipients (campaign_id, contact_id) WHERE outcome = 'Queued' AND excluded IS NULL;
CREATE INDEX recipients_status ON recipients (campaign_id, recipient_status, contact_id)
    WHERE recipient_status <> 'None';

CREATE INDEX contacts_status_since ON contacts (account, status_since, id) WHERE status_since IS NOT NULL;
CREATE INDEX contacts_last_status_at ON contacts (account, last_status_at, id) WHERE last_status_at IS NOT NULL;

-- One text for the first write of a state and for every later one: both triggers insert into a view, and what is done
-- about it is the trigger of that view. Whatever crashes, the tables equal the grains.
DROP TRIGGER contact_inserted;
DROP TRIGGER contact_updated;
DROP TRIGGER campaign_inserted;
DROP TRIGGER campaign_updated;

CREATE VIEW contact_projections (projection) AS SELECT NULL WHERE 0;

CREATE TRIGGER contact_inserted AFTER INSERT ON OrleansStorage WHEN NEW.GrainTypeString = 'contact'
BEGIN
    INSERT INTO contact_projections VALUES (CAST(NEW.PayloadBinary AS TEXT) -> '$.projection');
END;

CREATE TRIGGER contact_updated AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString = 'contact'
BEGIN
    INSERT INTO contact_projections VALUES (CAST(NEW.PayloadBinary AS TEXT) -> '$.projection');
END;

CREATE TRIGGER contact_projected INSTEAD OF INSERT ON contact_projections WHEN NEW.projection IS NOT NULL
BEGIN
    -- No recipient status is none that is known: the campaign of the Last Status may have moved to a page.
    UPDATE contacts SET
        status = NEW.projection ->> 'status',
        status_since = NEW.projection ->> 'statusSince',
        last_status = NEW.projection ->> 'lastStatus',
        last_status_at = NEW.projection ->> 'lastStatusAt',
        last_recipient_status = coalesce(NEW.projection ->> 'lastRecipientStatus', last_recipient_status)
    WHERE account = NEW.projection ->> 'account' AND id = NEW.projection ->> 'contact';

    -- The state knows no time of failure. It is that of the write which made a failure of something else.
    UPDATE recipients SET
        outcome = d.value ->> 'outcome',
        cause = d.value ->> 'cause',
        excluded = d.value ->> 'excluded',
        decided = d.value ->> 'decided',
        in_doubt = d.value ->> 'inDoubt',
        attempts = d.value ->> 'attempts',
        pass = d.value ->> 'pass',
        charged = d.value ->> 'charged',
        next_attempt_at = d.value ->> 'nextAttemptAt',
        reply_code = d.value ->> 'replyCode',
        enhanced_code = d.value ->> 'enhancedCode',
        reply_text = d.value ->> 'replyText',
        recipient_status = d.value ->> 'recipientStatus',
        updated_at = d.value ->> 'updatedAt',
        sent_at = d.value ->> 'sentAt',
        failed_at = CASE WHEN d.value ->> 'outcome' IN ('Rejected', 'Spam', 'Bounced')
            THEN coalesce(recipients.failed_at, d.value ->> 'updatedAt') END,
        overturned = coalesce(d.value ->> 'overturned', 0),
        opened_at = d.value ->> 'openedAt',
        opens = coalesce(d.value ->> 'opens', 0),
        machine_opens = coalesce(d.value ->> 'machineOpens', 0),
        clicked_at = d.value ->> 'clickedAt',
        clicks = coalesce(d.value ->> 'clicks', 0),
        machine_clicks = coalesce(d.value ->> 'machineClicks', 0),
        unsubscribed_at = d.value ->> 'unsubscribedAt',
        complained_at = d.value ->> 'complainedAt'
    FROM json_each(NEW.projection, '$.deliveries') AS d
    WHERE recipients.campaign_id = d.value ->> 'campaign'
      AND recipients.contact_id = NEW.projection ->> 'contact'
      AND recipients.occurrence = 1
      AND (d.value ->> 'decided' = 1 OR recipients.decided = 0);

    -- A contact that has decided nothing takes back nothing of what was decided in the table alone: it adds what came
    -- back.
    UPDATE recipients SET
        recipient_status = d.value ->> 'recipientStatus',
        opened_at = d.value ->> 'openedAt',
        opens = coalesce(d.value ->> 'opens', 0),
        machine_opens = coalesce(d.value ->> 'machineOpens', 0),
        clicked_at = d.value ->> 'clickedAt',
        clicks = coalesce(d.value ->> 'clicks', 0),
        machine_clicks = coalesce(d.value ->> 'machineClicks', 0),
        unsubscribed_at = d.value ->> 'unsubscribedAt',
        complained_at = d.value ->> 'complainedAt'
    FROM json_each(NEW.projection, '$.deliveries') AS d
    WHERE d.value ->> 'decided' = 0
      AND recipients.decided = 1
      AND recipients.campaign_id = d.value ->> 'campaign'
      AND recipients.contact_id = NEW.projection ->> 'contact'
      AND recipients.occurrence = 1;

    -- Further occurrences of the address get no e-mail, whatever becomes of the first: the other columns stay empty.
    UPDATE recipients SET
        outcome = 'Duplicated',
        cause = 'DuplicateAddress',
        excluded = NULL,
        decided = 1,
        pass = d.value ->> 'pass',
        updated_at = d.value ->> 'updatedAt'
    FROM json_each(NEW.projection, '$.deliveries') AS d
    WHERE d.value ->> 'duplicatesUpTo' > 1
      AND recipients.campaign_id = d.value ->> 'campaign'
      AND recipients.contact_id = NEW.projection ->> 'contact'
      AND recipients.occurrence BETWEEN 2 AND d.value ->> 'duplicatesUpTo';

    INSERT INTO link_clicks (campaign_id, link, contact_id, clicks, machine_clicks, first_at)
    SELECT d.value ->> 'campaign', l.value ->> 'link', NEW.projection ->> 'contact',
        l.value ->> 'clicks', l.value ->> 'machineClicks', l.value ->> 'firstAt'
    FROM json_each(NEW.projection, '$.deliveries') AS d, json_each(d.value, '$.links') AS l
    WHERE true
    ON CONFLICT (campaign_id, link, contact_id) DO UPDATE SET
        clicks = excluded.clicks, machine_clicks = excluded.machine_clicks, first_at = excluded.first_at;
END;

CREATE VIEW campaign_projections (projection) AS SELECT NULL WHERE 0;

CREATE TRIGGER campaign_inserted AFTER INSERT ON OrleansStorage WHEN NEW.GrainTypeString = 'campaign'
BEGIN
    INSERT INTO campaign_projections VALUES (CAST(NEW.PayloadBinary AS TEXT) -> '$.projection');
END;

CREATE TRIGGER campaign_updated AFTER UPDATE OF PayloadBinary ON OrleansStorage WHEN NEW.GrainTypeString = 'campaign'
BEGIN
    INSERT INTO campaign_projections VALUES (CAST(NEW.PayloadBinary AS TEXT) -> '$.projection');
END;

CREATE TRIGGER campaign_projected INSTEAD OF INSERT ON campaign_projections WHEN NEW.projection IS NOT NULL
BEGIN
    INSERT INTO campaigns (id, account, name, status, created_at, scheduled_at, ended_at)
    VALUES (NEW.projection ->> 'campaign', NEW.projection ->> 'account', NEW.projection ->> 'name',
        NEW.projection ->> 'status', NEW.projection ->> 'createdAt', NEW.projection ->> 'scheduledAt',
        NEW.projection ->> 'endedAt')
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, status = excluded.status,
        scheduled_at = excluded.scheduled_at, ended_at = excluded.ended_at;
END;

-- What the first schema knew without having columns for it.
UPDATE recipients SET failed_at = updated_at
WHERE occurrence = 1 AND excluded IS NULL AND outcome IN ('Rejected', 'Spam', 'Bounced');

UPDATE contacts SET last_recipient_status = r.recipient_status
FROM (
    SELECT CAST(PayloadBinary AS TEXT) AS state FROM OrleansStorage
    WHERE GrainTypeString = 'contact' AND PayloadBinary IS NOT NULL
) AS s, recipients AS r
WHERE contacts.account = s.state ->> '$.projection.account'
  AND contacts.id = s.state ->> '$.projection.contact'
  AND r.campaign_id = s.state ->> '$.contact.lastCampaign'
  AND r.contact_id = contacts.id
  AND r.occurrence = 1;
