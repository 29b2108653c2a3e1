import { networkInterfaces } from 'node:os';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import type { DependencyPath } from '../../shared/observations/probes';
import type { DependencyName } from '../../shared/observations/service';
import { errorCode, errorText } from '../errors';
import { findBlockingRules } from '../firewall/port-rules';
import { PROBE_TIMEOUT_MS } from '../probes/answers';
import { ProbeTimeout, withDeadline } from '../probes/deadline';
import { addressOf, connectTo } from '../probes/look';
import { findListener } from '../processes/ports';
import type { CommandRunner } from '../programs/commands';
import { SINGLE_CONNECTION } from './redis-connection';

/**
 * Whether a connection to a dependency's port can be made, who listens there, and what of this host's firewall stands in the
 * way. Null where it is reached by a Unix socket: there is no port.
 */
export async function observeDependencyPath(
  { dependency, url }: { dependency: DependencyName; url: string },
  run: CommandRunner,
  signal: AbortSignal | undefined,
): Promise<DependencyPath | null> {
  const at = portOf(dependency, url);
  if (at === null) return null;
  const own = ownAddresses(at.host);
  const [why, listener, { rules, unknown }] = await Promise.all([
    whyUnreachable(at, signal),
    own.length > 0 ? findListener(at.port) : null,
    findBlockingRules(run, { port: at.port, own }, signal),
  ]);
  return {
    ...at,
    isReachable: why === '',
    why,
    isListening: listener === null ? null : listener.listening,
    rules,
    rulesUnknown: unknown,
  };
}

/** Where the clients of this URL connect, by their own reading of it (`?host=`, `?path=`); null for a Unix socket. */
function portOf(dependency: DependencyName, url: string): { host: string; port: number } | null {
  switch (dependency) {
    case 'postgres': {
      const { host, port } = new Client({ connectionString: url });
      return host.startsWith('/') ? null : { host, port };
    }
    case 'redis': {
      const { host, port, path } = new Redis(url, SINGLE_CONNECTION).options;
      return path === undefined && host !== undefined && port !== undefined ? { host, port: Number(port) } : null;
    }
    case 'rabbitmq':
      return addressOf(url);
  }
}

async function whyUnreachable(at: { host: string; port: number }, signal: AbortSignal | undefined): Promise<string> {
  try {
    await withDeadline(PROBE_TIMEOUT_MS, signal, (deadline) => connectTo(at, deadline));
    return '';
  } catch (err) {
    signal?.throwIfAborted();
    return err instanceof ProbeTimeout ? 'timeout' : errorCode(err) || errorText(err);
  }
}

/** What may be its address where it is this host; empty where it is another one. */
function ownAddresses(host: string): string[] {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return host === '::1' || host.startsWith('127.') || all.some(({ address }) => address === host) ? [host] : [];
}
