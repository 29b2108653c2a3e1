-- What is no incident and belongs on the record: maintenance, leases, what is left for people. And of incidents, where their
-- evidence is. Deleting a run deletes all that belongs to it.

CREATE TABLE halcyon.runs (
  -- The run that it began with: a lease that is held for long goes on in new runs.
  run_id          text PRIMARY KEY,
  last_run_id     text NOT NULL,
  workflow_id     text NOT NULL,
  -- maintenance, lease, checklist.
  kind            text NOT NULL,
  -- Temporal's: RUNNING, COMPLETED, CANCELLED, TERMINATED, FAILED, TIMED_OUT.
  status          text NOT NULL,
  host            text,
  title           text NOT NULL,
  started_by      text,
  outcome         text NOT NULL,
  started_at      timestamptz NOT NULL,
  ended_at        timestamptz,
  -- What was written is never older than what was there: by the begin of its last run, then by the events of its history.
  last_started_at timestamptz NOT NULL,
  events          integer NOT NULL,
  -- What is left of its view and has no column.
  more            jsonb NOT NULL
);
CREATE INDEX runs_started_at ON halcyon.runs (started_at DESC);
CREATE INDEX runs_host ON halcyon.runs (host, started_at DESC);
CREATE INDEX runs_last_run_id ON halcyon.runs (last_run_id);
CREATE INDEX runs_ended_at ON halcyon.runs (ended_at) WHERE ended_at IS NOT NULL;

-- Tasks of maintenance, in their order.
CREATE TABLE halcyon.tasks (
  run_id       text NOT NULL REFERENCES halcyon.runs ON DELETE CASCADE,
  n            integer NOT NULL,
  cite         text NOT NULL,
  title        text NOT NULL,
  state        text NOT NULL,
  detail       text NOT NULL,
  lines        jsonb NOT NULL,
  started_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  PRIMARY KEY (run_id, n)
);

-- Changes of a host that no incident made. Those of incidents are its steps; all of them are in the view `changes`.
CREATE TABLE halcyon.run_changes (
  run_id       text NOT NULL REFERENCES halcyon.runs ON DELETE CASCADE,
  n            integer NOT NULL,
  at           timestamptz NOT NULL,
  ended_at     timestamptz NOT NULL,
  cite         text NOT NULL,
  title        text NOT NULL,
  status       text NOT NULL,
  detail       text NOT NULL,
  who          text NOT NULL,
  why          text NOT NULL,
  before_value jsonb,
  after_value  jsonb,
  PRIMARY KEY (run_id, n)
);
CREATE INDEX run_changes_at ON halcyon.run_changes (at);

-- What is left for people: who has to do it, until when, and who ended it.
CREATE TABLE halcyon.checklist_items (
  run_id       text NOT NULL REFERENCES halcyon.runs ON DELETE CASCADE,
  key          text NOT NULL,
  n            integer NOT NULL,
  cite         text NOT NULL,
  title        text NOT NULL,
  detail       text NOT NULL,
  state        text NOT NULL,
  owner        text,
  due_at       timestamptz,
  ended_by     text,
  ended_at     timestamptz,
  note         text NOT NULL,
  PRIMARY KEY (run_id, key)
);
CREATE INDEX checklist_items_open ON halcyon.checklist_items (due_at) WHERE state = 'open';

-- Where the evidence of an incident is, and what it is. The record has no copy of it.
CREATE TABLE halcyon.evidence (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  step         integer NOT NULL,
  kind         text NOT NULL,
  place        text NOT NULL,
  detail       text NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (run_id, step)
);

-- Each change of a host, one row: who or which alert, why, what, before and after. `status`: `noChange` where it was so
-- already, `skipped` where it was not begun.
CREATE VIEW halcyon.changes AS
  SELECT 'incident' AS source, i.workflow_id, s.run_id, s.id AS n, i.host, s.at, s.ended_at,
    coalesce(i.started_by, i.alertname) AS who, s.why, s.cite, s.title, s.status, s.detail, s.before_value, s.after_value
  FROM halcyon.steps s JOIN halcyon.incidents i USING (run_id)
  WHERE s.kind = 'change'
  UNION ALL
  SELECT r.kind, r.workflow_id, c.run_id, c.n, r.host, c.at, c.ended_at,
    c.who, c.why, c.cite, c.title, c.status, c.detail, c.before_value, c.after_value
  FROM halcyon.run_changes c JOIN halcyon.runs r USING (run_id);
