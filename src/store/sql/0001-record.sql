-- The record of every incident. Times are UTC instants; JSON columns hold values as they were seen, bounded by whoever
-- writes them. Deleting an incident deletes all that belongs to it.

CREATE TABLE halcyon.incidents (
  -- The run that it began with: an incident that is open for long goes on in new runs.
  run_id          text PRIMARY KEY,
  last_run_id     text NOT NULL,
  workflow_id     text NOT NULL,
  -- Temporal's: RUNNING, COMPLETED, CANCELLED, TERMINATED, FAILED, TIMED_OUT.
  status          text NOT NULL,
  runbook         text NOT NULL,
  alertname       text NOT NULL,
  host            text,
  severity        text NOT NULL,
  mode            text,
  state           text NOT NULL,
  outcome         text,
  tier            integer NOT NULL,
  summary         text NOT NULL,
  started_by      text,
  start_reason    text,
  cause_cite      text,
  cause_title     text,
  cause_evidence  text,
  started_at      timestamptz NOT NULL,
  starts_at       timestamptz NOT NULL,
  received_at     timestamptz NOT NULL,
  first_action_at timestamptz,
  healthy_at      timestamptz,
  ended_at        timestamptz,
  -- By Temporal's clock: what was written is never older than what was there.
  changed_at      timestamptz NOT NULL,
  -- What is left of the incident's view and has no column: labels, annotations, episodes.
  more            jsonb NOT NULL
);
CREATE INDEX incidents_started_at ON halcyon.incidents (started_at DESC);
CREATE INDEX incidents_host ON halcyon.incidents (host, started_at DESC);
CREATE INDEX incidents_alertname ON halcyon.incidents (alertname, started_at DESC);
CREATE INDEX incidents_outcome ON halcyon.incidents (outcome, started_at DESC);
CREATE INDEX incidents_workflow_id ON halcyon.incidents (workflow_id, started_at DESC);
CREATE INDEX incidents_last_run_id ON halcyon.incidents (last_run_id);
CREATE INDEX incidents_ended_at ON halcyon.incidents (ended_at) WHERE ended_at IS NOT NULL;

-- What it saw, did and told: every entry of its timeline, also those that its view had to leave out.
CREATE TABLE halcyon.steps (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  id           integer NOT NULL,
  at           timestamptz NOT NULL,
  ended_at     timestamptz,
  cite         text NOT NULL,
  title        text NOT NULL,
  kind         text NOT NULL,
  status       text NOT NULL,
  detail       text NOT NULL,
  -- Of a change: the cause that it was made for, what was there before, and after.
  why          text,
  before_value jsonb,
  after_value  jsonb,
  condition    text,
  times        integer,
  last_at      timestamptz,
  PRIMARY KEY (run_id, id)
);
CREATE INDEX steps_changes ON halcyon.steps (at) WHERE kind = 'change';

CREATE TABLE halcyon.findings (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  n            integer NOT NULL,
  name         text NOT NULL,
  detail       text NOT NULL,
  cite         text NOT NULL,
  at           timestamptz NOT NULL,
  withdrawn_at timestamptz,
  PRIMARY KEY (run_id, n)
);
CREATE INDEX findings_name ON halcyon.findings (name, at);

CREATE TABLE halcyon.approvals (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  hash         text NOT NULL,
  asked_at     timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL,
  state        text NOT NULL,
  subject      jsonb NOT NULL,
  roles        jsonb NOT NULL,
  people       jsonb NOT NULL,
  answered_by  text,
  answered_at  timestamptz,
  note         text NOT NULL,
  PRIMARY KEY (run_id, hash, asked_at)
);

CREATE TABLE halcyon.pages (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  firing       integer NOT NULL,
  tier         integer NOT NULL,
  team         text NOT NULL,
  channel      text NOT NULL,
  at           timestamptz NOT NULL,
  team_name    text NOT NULL,
  delivered    boolean NOT NULL,
  detail       text NOT NULL,
  collapsed    boolean NOT NULL,
  PRIMARY KEY (run_id, firing, tier, team, channel)
);

CREATE TABLE halcyon.acknowledgements (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  at           timestamptz NOT NULL,
  person       text NOT NULL,
  until        timestamptz NOT NULL,
  ended_at     timestamptz,
  PRIMARY KEY (run_id, at, person)
);

-- Temporary changes that an incident asked for, by setting.
CREATE TABLE halcyon.leases (
  run_id       text NOT NULL REFERENCES halcyon.incidents ON DELETE CASCADE,
  setting      text NOT NULL,
  state        text NOT NULL,
  value        jsonb NOT NULL,
  previous     jsonb,
  until        timestamptz NOT NULL,
  reason       text NOT NULL,
  detail       text NOT NULL,
  outlives     boolean NOT NULL,
  at           timestamptz NOT NULL,
  PRIMARY KEY (run_id, setting)
);
