import { readListeners } from '../processes/listeners';
import type { ListeningSocket } from '../processes/listeners';
import { audited } from './audit';
import type { Audited } from './audit';

/** What listens beyond the loopback, against the ports that are expected. */
export async function auditPorts(expected: readonly number[] | null): Promise<Audited> {
  const listeners = await readListeners();
  if (listeners === undefined) return audited({ unknown: ['/proc/net/tcp cannot be read'] });
  const open = listeners.filter(({ isLoopback }) => !isLoopback);
  const seen = `${listeners.length} TCP sockets listen, ${open.length} beyond the loopback`;
  if (expected === null) {
    const are = open.length === 0 ? '' : `: ${open.map(({ address }) => address).join(', ')}`;
    return audited({ seen: `${seen}${are}`, notLooked: ['agent.maintenance.audit.ports is not set'] });
  }
  const findings = open.filter(({ port }) => !expected.includes(port)).map(told);
  return audited({ seen, findings: [...new Set(findings)] });
}

function told({ address, process }: ListeningSocket): string {
  const who = process === null ? 'by a process that the agent may not see' : `by ${process.name} (pid ${process.pid})`;
  return `${address} listens, ${who}, and is not expected`;
}
