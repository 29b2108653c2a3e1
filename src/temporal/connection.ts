import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';

/** `temporal:` of halcyon.yaml. */
export interface TemporalSettings {
  address: string;
  namespace: string;
  apiKey: string | null;
  tls: { caFile?: string; certFile?: string; keyFile?: string; serverName?: string } | null;
}

/**
 * A client that connects on first use, so that intake and command line start while Temporal is down and say so when it
 * matters. Close `client.connection` when done.
 */
export function createClient(settings: TemporalSettings): Client {
  const connection = Connection.lazy(options(settings));
  return new Client({ connection, namespace: settings.namespace });
}

/** A worker's connection. Throws when Temporal cannot be reached within 10 s. */
export async function connectWorker(settings: TemporalSettings): Promise<NativeConnection> {
  return await NativeConnection.connect(options(settings));
}

function options(settings: TemporalSettings) {
  return {
    address: settings.address,
    tls: settings.tls === null ? undefined : readTls(settings.tls),
    ...(settings.apiKey === null ? {} : { apiKey: settings.apiKey }),
  };
}

function readTls(tls: NonNullable<TemporalSettings['tls']>): TLSConfig {
  return {
    ...(tls.serverName === undefined ? {} : { serverNameOverride: tls.serverName }),
    ...(tls.caFile === undefined ? {} : { serverRootCACertificate: readFileSync(tls.caFile) }),
    ...(tls.certFile === undefined || tls.keyFile === undefined
      ? {}
      : { clientCertPair: { crt: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) } }),
  };
}
