import type { ServiceName } from '../../shared/observations';
import type { HostSteps } from '../lib/host-steps';

/** Lines that fit into a finding beside what it is about. */
const SHOWN = 5;

/**
 * Why a service could not start, in its own last words and its manager's: text to end a finding with, empty when nothing
 * is known.
 */
export async function lastWords(cite: string, service: ServiceName, steps: HostSteps): Promise<string> {
  const log = await steps.observe(
    { cite, title: `Journal of ${service}` },
    (host) => host.observeStartLog({ service }),
    ({ lines }) => (lines.length === 0 ? { status: 'notSo', detail: 'it says nothing' } : lines.join(' ⏎ ')),
  );
  const lines = log?.lines.slice(-SHOWN) ?? [];
  return lines.length === 0 ? '' : `. Its journal: ${lines.join(' ⏎ ')}`;
}
