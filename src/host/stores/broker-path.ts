import { networkInterfaces } from 'node:os';
import type { BrokerPath } from '../../shared/observations/broker';
import { errorCode, errorText } from '../errors';
import { findBlockingRules } from '../firewall/port-rules';
import { PROBE_TIMEOUT_MS } from '../probes/answers';
import { ProbeTimeout, withDeadline } from '../probes/deadline';
import { addressOf, connectTo } from '../probes/look';
import { findListener } from '../processes/ports';
import type { CommandRunner } from '../programs/commands';

/** Whether a connection to RabbitMQ's port can be made, who listens there, and what of this host's firewall stands in the way. */
export async function observeBrokerPath(
  url: string,
  run: CommandRunner,
  signal: AbortSignal | undefined,
): Promise<BrokerPath> {
  const at = addressOf(url);
  const [why, listener, { rules, unknown }] = await Promise.all([
    whyUnreachable(at, signal),
    isOwn(at.host) ? findListener(at.port) : null,
    findBlockingRules(run, { port: at.port, isLoopback: isLoopback(at.host) }, signal),
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

async function whyUnreachable(at: { host: string; port: number }, signal: AbortSignal | undefined): Promise<string> {
  try {
    await withDeadline(PROBE_TIMEOUT_MS, signal, (deadline) => connectTo(at, deadline));
    return '';
  } catch (err) {
    signal?.throwIfAborted();
    return err instanceof ProbeTimeout ? 'timeout' : errorCode(err) || errorText(err);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** An address of this host. */
function isOwn(host: string): boolean {
  if (isLoopback(host)) return true;
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ address }) => address === host);
}
