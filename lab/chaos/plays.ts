/** How each kind of incident is played, from its begin to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { leaseId } from '../../src/shared/ids';
import type { OpenIncidents } from './open-incidents';
import { acknowledge, applyLease, close, fire } from './people';
import type { HelplessPlay, LeasePlay, OutagePlay, Play } from './plan';
import type { PagedIncident } from './record';
import type { ChaosSite } from './site';
import { until } from '../support/until';
import { TIERS_S, isPaged } from './verdict';

/** A page is missed when it comes later than this: covers parts that are killed one after another. */
const PAGE_WITHIN_MS = 90_000;
/** A lease that could not be undone at its end is undone when its agent is there again. */
const LEASE_ENDS_WITHIN_MS = 120_000;
const EVERY_TIER = TIERS_S.map((_, at) => at + 1);
const LAST_TIER_MS = TIERS_S.at(-1)! * 1_000;

/** @throws AbortError when the signal is aborted; Error where an alert is not taken */
export async function perform(
  site: ChaosSite,
  incidents: OpenIncidents,
  play: Play,
  signal: AbortSignal,
): Promise<void> {
  await sleep(play.afterMs, undefined, { signal });
  if (play.kind === 'lease') return await deviate(site, play, signal);
  const incident = await fire(site, play, signal);
  incidents.add(incident);
  if (play.kind === 'helpless') await callPeople(site, incident, play, signal);
  else await keepDying(site, play, signal);
  await incidents.leave(incident);
  await close(site, incident.workflowId, signal);
}

/** Until every tier that is due was paged. */
async function callPeople(
  site: ChaosSite,
  incident: PagedIncident,
  { acknowledged, lingerMs }: HelplessPlay,
  signal: AbortSignal,
): Promise<void> {
  const paged = async (...tiers: number[]) => {
    incident.due.push(...tiers.filter((tier) => !incident.due.includes(tier)));
    const isThere = () =>
      tiers.every((tier) => isPaged(incident, tier, site.pages(), site.pagers.pagerduty.incidents)) || undefined;
    await until(isThere, { deadlineMs: LAST_TIER_MS + PAGE_WITHIN_MS, everyMs: 100, signal });
  };
  if (acknowledged !== null) {
    await paged(1);
    incident.acknowledged = await acknowledge(site, incident, acknowledged.forMs, signal);
  }
  if (acknowledged === null || acknowledged.forMs !== null) await paged(...EVERY_TIER);
  else await sleep(Math.max(0, incident.startsAt + LAST_TIER_MS - Date.now()), undefined, { signal });
  await sleep(lingerMs, undefined, { signal });
}

async function keepDying(site: ChaosSite, { host, lastsMs, deadlyEveryMs }: OutagePlay, signal: AbortSignal) {
  const { kingfisher } = site.hosts.find(({ name }) => name === host)!;
  for (const end = Date.now() + lastsMs; Date.now() < end;) {
    await kingfisher.signal('SIGKILL').catch(() => undefined);
    await sleep(deadlyEveryMs, undefined, { signal });
  }
}

async function deviate(site: ChaosSite, play: LeasePlay, signal: AbortSignal): Promise<void> {
  await applyLease(site, play, signal);
  const lease = site.stack.client.workflow.getHandle(leaseId(play.host, play.setting));
  const isOver = async () => (await lease.describe()).status.name !== 'RUNNING' || undefined;
  await until(isOver, { deadlineMs: LEASE_ENDS_WITHIN_MS, signal });
}
