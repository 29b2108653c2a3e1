-- What became of incidents, for whoever listens on the broker: filled with the record, in the same transaction, and
-- emptied by a publisher. What has been published is kept for a day.

CREATE TABLE halcyon.events (
  -- The order of one incident's events: whoever writes one holds the incident's row.
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id       text NOT NULL,
  -- Within its incident; the same event is written once.
  key          text NOT NULL,
  routing_key  text NOT NULL,
  body         jsonb NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  UNIQUE (run_id, key)
);
CREATE INDEX events_waiting ON halcyon.events (id) WHERE published_at IS NULL;
CREATE INDEX events_created_at ON halcyon.events (created_at);

-- Which controller publishes: one at a time, or the order of an incident's events would be lost.
CREATE TABLE halcyon.event_publisher (
  is_one      boolean PRIMARY KEY DEFAULT true CHECK (is_one),
  holder      text NOT NULL,
  until       timestamptz NOT NULL
);
INSERT INTO halcyon.event_publisher (holder, until) VALUES ('', '-infinity');
