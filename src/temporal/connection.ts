import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import type { TLSConfig } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { CALL_INTERCEPTORS } from './closed-channel';

/** `temporal:` of halcyon.yaml. */
export interface TemporalSettings {
  address: string;
  namespace: string;
  apiKey: string | null;
  tls: { caFile?: string; certFile?: string; keyFile?: string; serverName?: string } | null;
}

/** gRPC's own patience grows to two minutes: too long for an alert that waits for a Temporal that is back. */
const RECONNECT_SOON = { 'grpc.initial_reconnect_backoff_ms': 100, 'grpc.max_reconnect_backoff_ms': 1_000 };
/** gRPC's own limit is 4 MiB, and a page of the history of an incident with a storm of alerts is larger. */
const READ_LONG_HISTORIES = { 'grpc.max_receive_message_length': 64 * 1024 * 1024 };

/**
 * A client that connects on first use, so that intake and command line start while Temporal is down and say so when it
 * matters. Close `client.connection` when done.
 */
export function createClient(settings: TemporalSettings): Client {
  const connection = Connection.lazy({
    ...options(settings),
    channelArgs: { ...RECONNECT_SOON, ...READ_LONG_HISTORIES },
    interceptors: CALL_INTERCEPTORS,
  });
  return new Client({ connection, namespace: settings.namespace });
}

/** A worker's connection, as soon as Temporal can be reached; until then it says so in the log and tries again. */
export async function connectWhenReachable(
  settings: TemporalSettings,
  logger: Pick<Logger, 'warn'>,
): Promise<NativeConnection> {
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      return await NativeConnection.connect(options(settings));
    } catch (err) {
      const reason = err instanceof Error ? err.message : String(err);
      logger.warn({ temporal: settings.address, reason, againInMs: waitMs }, 'Temporal cannot be reached');
      await sleep(waitMs);
    }
  }
}

function options(settings: TemporalSettings) {
  return {
    address: settings.address,
    tls: settings.tls === null ? undefined : readTls(settings.tls),
    ...(settings.apiKey === null ? {} : { apiKey: settings.apiKey }),
  };
}

/** @throws Error that names the key and the file */
function readTls(tls: NonNullable<TemporalSettings['tls']>): TLSConfig {
  return {
    ...(tls.serverName === undefined ? {} : { serverNameOverride: tls.serverName }),
    ...(tls.caFile === undefined ? {} : { serverRootCACertificate: readNamed('caFile', tls.caFile) }),
    ...(tls.certFile === undefined || tls.keyFile === undefined
      ? {}
      : { clientCertPair: { crt: readNamed('certFile', tls.certFile), key: readNamed('keyFile', tls.keyFile) } }),
  };
}

function readNamed(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : `cannot be read (${code ?? 'unknown error'})`;
    throw new Error(`temporal.tls.${key}: ${file}: ${reason}`, { cause });
  }
}
