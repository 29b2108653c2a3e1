-- The database of KingFisher. The password is a throw-away: the server listens on the lab host's loopback only.
CREATE ROLE kingfisher LOGIN PASSWORD 'kingfisher';
CREATE DATABASE zmart_core OWNER kingfisher;
\connect zmart_core
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
INSERT INTO kingfisher.config_entries VALUES
  ('kingfisher', 'lab', '1', '{"analysis": {"batch_size": 32, "cost": 0.10}, "id": 12345678901234567890}', 'lab-1'),
  ('kingfisher', 'lab', '0', '{"analysis": {"batch_size": 32}}', 'lab-0');
