-- Messages that came back and were kept for people to look at.

CREATE TABLE set_aside_messages (
    id          TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL,
    source      TEXT NOT NULL,
    reason      TEXT NOT NULL,
    kind        TEXT NOT NULL,
    digest      TEXT NOT NULL,     -- SHA-256 of the octets as received: the same message is kept once
    size        INTEGER NOT NULL,  -- of the whole message
    octets      BLOB NOT NULL      -- its beginning
);

CREATE UNIQUE INDEX set_aside_messages_digest ON set_aside_messages (digest);
CREATE INDEX set_aside_messages_received ON set_aside_messages (received_at);
