import type { ChangeRow } from '../../src/store/changes';
import { CONFIG, DATA, KINGFISHER } from './fault-host';
import type { Difference } from './snapshot';

/** How often systemd started a unit again by itself, in what a snapshot says of it. */
const BY_ITSELF = /\brestarts=[1-9]/;
const INVOCATION = /\b[0-9a-f]{32}\b/;

/** What the record says of a host, beside what its snapshots say. */
export interface Compared {
  rows: readonly ChangeRow[];
  /** Up to the first snapshot, at that epoch millisecond: the fault itself, and what was done while it was still being made. */
  early: { differences: readonly Difference[]; at: number };
  /** Between each snapshot and the next, from the injection until the incident came to its end. */
  during: readonly Difference[];
  /** From then until all was well again: people mended it meanwhile, and leases were undone. */
  after: readonly Difference[];
  /** What the faults change by themselves while they last, by the start of its name. */
  itself: readonly string[];
}

/** Where the change log and the host do not say the same, in words. */
export function disagreements({ rows, early, during, after, itself }: Compared): string[] {
  const made = rows.filter(({ status }) => status === 'done' || status === 'failed' || status === 'running');
  const named = made.flatMap(thingsOf);
  const unrecorded = during.filter((one) => !isOneOf(one, named) && !isOneOf(one, itself) && !isByItself(one));
  const seenBy = (row: ChangeRow) => [...(row.at.getTime() <= early.at ? early.differences : []), ...during, ...after];
  const needless = made.filter(
    (row) => row.status === 'done' && !seenBy(row).some((one) => isOneOf(one, thingsOf(row))),
  );
  return [
    ...unrecorded.map(
      ({ thing, before, after: now }) => `unrecorded: ${thing}: ${before ?? 'not there'} -> ${now ?? 'gone'}`,
    ),
    ...needless.map(({ source, title }) => `recorded, and nothing differs: ${title} (${source})`),
  ];
}

/** What a change may have changed, by the starts of names in a snapshot. */
export function thingsOf({ title, before, after }: Pick<ChangeRow, 'title' | 'before' | 'after'>): string[] {
  const seen = fieldsOf(after) ?? fieldsOf(before) ?? {};
  const setting = typeof seen['setting'] === 'string' ? seen['setting'] : /^(?:Set|Put) (\S+) /.exec(title)?.[1];
  if (setting !== undefined) return placesOf(setting);
  if (typeof seen['unit'] === 'string') return [`unit ${seen['unit']}`];
  return TITLES.find(([start]) => title.startsWith(start))?.[1] ?? [];
}

/** Some settings take effect by a restart of KingFisher, which is part of the same change. */
function placesOf(setting: string): string[] {
  return setting.startsWith('blockedAddress')
    ? ['firewall rules']
    : [`file ${CONFIG}`, 'setting ', `unit ${KINGFISHER}`];
}

const TITLES: [string, string[]][] = [
  // One that failed has no unit.
  ['Restart KingFisher', [`unit ${KINGFISHER}`]],
  ['Restart postgres', ['unit postgresql@']],
  ['Restart redis', ['unit redis-server.service']],
  ['Restart rabbitmq', ['unit rabbitmq-server.service']],
  ['Remove old temporary files', [`file ${DATA}`]],
  // Its folder, too, where it is the first.
  ['Move corrupt images to the quarantine', ['quarantine', `folder ${DATA}/quarantine`, `file ${DATA}/images`]],
  ['Mend permissions of images', [`file ${DATA}`, `folder ${DATA}`]],
  ['Move event ', ['table kingfisher.outbox']],
  ['Issue a new token for ', ['token ']],
];

function isOneOf({ thing }: Difference, starts: readonly string[]): boolean {
  return starts.some((start) => thing.startsWith(start));
}

/** A unit that ended, or that systemd started again: nobody else did. */
function isByItself({ thing, before, after }: Difference): boolean {
  if (!thing.startsWith('unit ')) return false;
  if (after === null || BY_ITSELF.test(after)) return true;
  return before !== null && INVOCATION.exec(before)?.[0] === INVOCATION.exec(after)?.[0];
}

function fieldsOf(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
