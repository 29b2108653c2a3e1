import type { ServiceName, StartLog } from '../../../shared/observations/service';
import type { HostSteps } from '../../runbook/host-steps';

/** Lines that fit into a finding beside what it is about. */
const SHOWN = 5;

/**
 * Why a service could not start, in its own last words and its manager's: text to end a finding with, empty when nothing
 * is known.
 */
export async function lastWords(cite: string, service: ServiceName, steps: HostSteps): Promise<string> {
  const log = await observeStartLog(cite, service, steps);
  const lines = log?.lines.slice(-SHOWN) ?? [];
  return lines.length === 0 ? '' : `. Its last words: ${lines.join(' ⏎ ')}`;
}

/** What the service and its manager said since its last start was asked for. */
export function observeStartLog(cite: string, service: ServiceName, steps: HostSteps): Promise<StartLog | undefined> {
  return steps.observe(
    { cite, title: `Journal of ${service}` },
    (host) => host.observeStartLog({ service }),
    ({ lines, reason }) => {
      if (lines.length === 0) return { status: 'notSo', detail: 'it says nothing' };
      const named = reason === null ? '' : `Reason: ${reason.text}. `;
      return `${named}${lines.join(' ⏎ ')}`;
    },
  );
}
