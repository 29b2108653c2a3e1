import type { IncidentView } from '../../incident';
import { formatDuration } from '../../text/durations';
import { cut } from '../../text/text';
import { isTooOften } from '../checklist';
import type { Item } from '../reviewed';

const MAX_SEEN = 200;
const MAX_EXPRESSION = 200;
const MAX_LIMITS = 12;

/** I.2: what was seen, beside what the alert and the runbook are set to. */
export const thresholds: Item = ({ view, limits, recurrence }) => {
  const named = { key: 'thresholds', cite: 'I.2', title: 'Update monitoring thresholds if needed' };
  const doubts = doubtsOf(view, isTooOften(recurrence));
  const facts = [alertOf(view), seenIn(view), configured(limits)].filter((text) => text !== '');
  const verdict = doubts.length > 0 ? doubts : ['nothing says that one has to change'];
  return { ...named, state: doubts.length > 0 ? 'open' : 'known', detail: [...verdict, ...facts].join('; ') };
};

function doubtsOf({ findings, outcome }: IncidentView, isTooMany: boolean): string[] {
  const contradicted = findings.filter(({ name }) => name === 'AlertContradicted').at(-1);
  return [
    ...(contradicted === undefined
      ? []
      : [`the alert fired for a host that was well: ${cut(contradicted.detail, MAX_SEEN)}`]),
    ...(outcome === 'selfHealed' && isTooMany
      ? ['it is over by itself again and again: does its alert wait long enough?']
      : []),
  ];
}

function alertOf({ alertname, generatorUrl = '' }: IncidentView): string {
  const expression = /[?&]g0\.expr=([^&]*)/.exec(generatorUrl)?.[1];
  const text = expression === undefined ? undefined : decoded(expression);
  return text === undefined ? '' : `${alertname} fires at ${cut(text, MAX_EXPRESSION)}`;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' ')).replace(/\s+/g, ' ').trim() || undefined;
  } catch {
    return undefined;
  }
}

function seenIn({ cause, description }: IncidentView): string {
  if (cause !== null) return `seen: ${cut(cause.evidence, MAX_SEEN)}`;
  return description === undefined ? '' : `the alert said: ${cut(description, MAX_SEEN)}`;
}

/** `configured: pendingAbove 100, stuckFor 30 s` */
function configured(limits: Record<string, number>): string {
  const parts = Object.entries(limits).map(([key, value]) =>
    key.endsWith('Ms') ? `${key.slice(0, -2)} ${formatDuration(value)}` : `${key} ${value}`,
  );
  return parts.length === 0 ? '' : `configured: ${parts.slice(0, MAX_LIMITS).join(', ')}`;
}
