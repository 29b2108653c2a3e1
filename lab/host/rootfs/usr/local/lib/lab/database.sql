-- The database of KingFisher. The password is a throw-away: the server listens on the lab host's loopback only.
CREATE ROLE kingfisher LOGIN PASSWORD 'kingfisher';
CREATE DATABASE zmart_core OWNER kingfisher;
\connect zmart_core
CREATE EXTENSION pg_stat_statements;
CREATE SCHEMA kingfisher AUTHORIZATION kingfisher;
SET ROLE kingfisher;
CREATE TABLE kingfisher.liquidation_clusters (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE kingfisher.config_entries (
  service_name text NOT NULL,
  env text NOT NULL,
  version text NOT NULL,
  data jsonb NOT NULL,
  etag text NOT NULL,
  UNIQUE (service_name, env, version)
);
CREATE TABLE kingfisher.analyses (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Events to publish, in the order of their ids.
CREATE TABLE kingfisher.outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  payload jsonb NOT NULL,
  routing_key text NOT NULL,
  exchange text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  published_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  max_attempts integer NOT NULL DEFAULT 5,
  next_attempt timestamptz NOT NULL DEFAULT now(),
  error_message text
);
CREATE INDEX outbox_waiting ON kingfisher.outbox (id) WHERE published_at IS NULL;
INSERT INTO kingfisher.config_entries VALUES
  ('kingfisher', 'lab', '1', '{"analysis": {"batch_size": 32, "cost": 0.10}, "id": 12345678901234567890}', 'lab-1'),
  ('kingfisher', 'lab', '0', '{"analysis": {"batch_size": 32}}', 'lab-0');
