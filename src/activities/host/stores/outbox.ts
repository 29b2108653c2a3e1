import { readOutboxStats } from '../../../host/probes/outbox-stats';
import { notConfigured } from '../../../host/services/service-managers';
import { sleep } from '../../../host/sleep';
import { readOutboxTable } from '../../../host/stores/outbox';
import { createOutboxQuarantine } from '../../../host/stores/outbox-quarantine';
import type { OutboxQuarantine } from '../../../host/stores/outbox-quarantine';
import type { Change } from '../../../shared/observations/change';
import type { EventPlace, OutboxReading, OutboxState } from '../../../shared/observations/outbox';
import { outboxStanding, directionOf } from '../../../shared/observations/outbox';
import type { Permitted } from '../../../shared/safety/permit';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import type { ChangeRun } from '../core/change';
import type { Pace, Reading } from '../watch/reading';

/** From one look to the next, and how far back a fall is looked for: publishers work in batches. */
const LOOKS: Record<Pace, { everyMs: number; withinMs: number }> = {
  quick: { everyMs: 1_000, withinMs: 20_000 },
  calm: { everyMs: 10_000, withinMs: 60_000 },
};

export interface OutboxActivities {
  /** F.diagnosis: how many events wait, twice, `apartMs` apart: an outbox that falls is at work. */
  observeOutbox(input: { apartMs: number }): Promise<OutboxState>;
  /**
   * F.3: the event that holds up all others is in the quarantine, a table in the same database, as long as nobody tried it
   * since it was seen with so many `attempts`.
   */
  ensureEventQuarantined(
    input: Permitted<{ id: string; attempts: number; reason: string }>,
  ): Promise<Change<{ event: EventPlace }>>;
}

/** F: KingFisher's outbox. */
export function createOutboxActivities(deps: HostDeps): OutboxActivities {
  const { redact, asChange } = deps;
  return {
    observeOutbox: asActivity(redact, async ({ signal }, { apartMs }) => {
      const first = await readOutbox(deps, signal);
      await sleep(apartMs, signal);
      return { first, last: await readOutbox(deps, signal), apartMs };
    }),
    ensureEventQuarantined: asChange('ensureEventQuarantined', async (run, event) => {
      const quarantine = quarantineOf(deps, run.signal);
      return await moveAside(quarantine, run, event);
    }),
  };
}

async function moveAside(
  quarantine: OutboxQuarantine,
  { wasBegun, mayStillChange }: ChangeRun,
  event: { id: string; attempts: number; reason: string },
): Promise<Change<{ event: EventPlace }>> {
  const before = await quarantine.find(event.id);
  if (before !== 'waiting') {
    const isOwn = before === 'quarantined' && wasBegun;
    return { before: { event: before }, after: { event: before }, changed: isOwn, notes: [] };
  }
  await quarantine.put(event, mayStillChange);
  return { before: { event: before }, after: { event: await quarantine.find(event.id) }, changed: true, notes: [] };
}

/** @throws HostError `NotConfigured` */
function quarantineOf({ settings, redact }: HostDeps, signal: AbortSignal): OutboxQuarantine {
  const { postgres } = settings.dependencies;
  if (postgres?.outbox === undefined) throw notConfigured('dependencies.postgres.outbox');
  return createOutboxQuarantine(postgres.url, postgres.outbox, { redact, signal });
}

/** Both places are asked: a number that one of them hides is not hidden by the other. */
async function readOutbox({ settings, redact }: HostDeps, signal: AbortSignal): Promise<OutboxReading> {
  const { kingfisher, dependencies } = settings;
  const { postgres } = dependencies;
  const options = { redact, signal };
  const [endpoint, table] = await Promise.all([
    readOutboxStats(kingfisher.baseUrl, options, kingfisher.probes.outbox),
    postgres?.outbox === undefined ? null : readOutboxTable(postgres.url, postgres.outbox, options),
  ]);
  return {
    pending: greater(endpoint.pending, table?.pending ?? null),
    oldestAgeS: greater(endpoint.oldestAgeS, table?.oldestAgeS ?? null),
    endpoint,
    table,
    observedAt: new Date().toISOString(),
  };
}

/** Within its limit, or falling, for as long as somebody looks. */
export function outboxReading(
  deps: HostDeps,
  { pendingAbove }: { pendingAbove: number },
  pace: Pace,
  signal: AbortSignal,
): Reading<OutboxReading> {
  const { everyMs, withinMs } = LOOKS[pace];
  let seen: { at: number; reading: OutboxReading }[] = [];
  return {
    everyMs: { well: everyMs, notWell: everyMs },
    look: async () => {
      const reading = await readOutbox(deps, signal);
      const now = performance.now();
      seen = seen.filter(({ at }) => now - at <= withinMs);
      // What could not be read says nothing of where it goes.
      if (reading.pending !== null) seen.push({ at: now, reading });
      const standing = outboxStanding(reading, pendingAbove, directionOf(seen[0]?.reading ?? reading, reading));
      return { standing, observedAt: reading.observedAt, tell: () => reading };
    },
  };
}

function greater(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
