import type { IncidentLease, IncidentView } from '../incident';
import { clock, cut } from '../text/text';

const MAX_LINES = 5;
const MAX_LINE = 200;

/** What an incident leased and what became of it, one line each; empty where nothing was. */
export function leaseLines({ leases }: Pick<IncidentView, 'leases'>): string[] {
  const lines = leases.map((lease) => cut(`${leaseChange(lease)} ${became(lease)}`, MAX_LINE));
  const left = lines.length - MAX_LINES;
  return left > 0 ? [`${left} earlier ones left out`, ...lines.slice(-MAX_LINES)] : lines;
}

/** `openai.max_qps 8 → 4`; where nobody knows what it was before, `openai.max_qps 4`. */
export function leaseChange({
  setting,
  previous,
  value,
}: Pick<IncidentLease, 'setting' | 'previous' | 'value'>): string {
  return `${setting} ${previous === null ? '' : `${JSON.stringify(previous)} → `}${JSON.stringify(value)}`;
}

function became({ state, until, at, reason, detail }: IncidentLease): string {
  switch (state) {
    case 'active':
      return `until ${clock(until)}: ${reason}`;
    case 'released':
      return `given back ${clock(at)}: ${detail}`;
    case 'undone':
      return `undone ${clock(at)}: ${detail}`;
    case 'overtaken':
      return `overtaken ${clock(at)}: ${detail}`;
    case 'refused':
      return `refused ${clock(at)}: ${detail}`;
  }
}
