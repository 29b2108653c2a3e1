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
  key text PRIMARY KEY,
  value jsonb NOT NULL,
  etag text NOT NULL
);
INSERT INTO kingfisher.config_entries VALUES ('analysis.batch_size', '32', 'lab-1');
