/** What a run of chaos comes to: pure, from its record to numbers, each of which is to be 0. */
import { breaches } from './change-log';
import { staysOpen } from './record';
import type { ChaosRecord, HostRecord, LeaseEnd, OpenWorkflow, PagedIncident, Ring, SlackPage } from './record';

/** Seconds of the three tiers. */
export const TIERS_S = [3, 8, 14] as const;
/** PagerDuty's service of the third tier, whose team has no channel. */
const LAST_SERVICE = 'engineering-manager';
/** A lease ends in one of these; all others left something behind. */
const LEFT_NOTHING = ['undone', 'refused'];
/** A workflow task that fails more often than this is stuck. */
const ATTEMPTS = 3;

/** Each as a list of sentences, one for each that was found. */
export type Verdict = Record<'pagesMissed' | 'pagesDoubled' | 'leasesLeft' | 'overlaps' | 'stuck', string[]>;

export function judge({ incidents, pages, rings, hosts, leases, open }: ChaosRecord): Verdict {
  return {
    pagesMissed: incidents.flatMap((incident) => missed(incident, pages, rings)),
    pagesDoubled: [...repeated(pages), ...incidents.flatMap((incident) => tooMany(incident, pages))],
    leasesLeft: [...leases.flatMap(leftBehind), ...hosts.flatMap(notPutBack)],
    overlaps: hosts.flatMap(({ name, changes, deaths }) => breaches(changes, deaths).map((what) => `${name}: ${what}`)),
    stuck: open.flatMap(stuck),
  };
}

/** Tiers of the incident that are there, each as often as it is. */
export function tiersOf(
  { runs }: Pick<PagedIncident, 'runs'>,
  pages: SlackPage[],
): { tier: number; page: SlackPage }[] {
  return pages.flatMap((page) => {
    const [run = '', , tier = ''] = page.key.split('/');
    return runs.includes(run) ? [{ tier: Number(tier.replace('tier-', '')), page }] : [];
  });
}

/** Whether people have heard of a tier: by Slack, or by PagerDuty where its team has no channel. */
export function isPaged(
  incident: Omit<PagedIncident, 'due'>,
  tier: number,
  pages: SlackPage[],
  rings: Ring[],
): boolean {
  if (tier < TIERS_S.length) return tiersOf(incident, pages).some((one) => one.tier === tier);
  const key = `halcyon/${incident.workflowId}/`;
  return rings.some(({ service, dedupKey }) => service === LAST_SERVICE && dedupKey.startsWith(key));
}

function missed(incident: PagedIncident, pages: SlackPage[], rings: Ring[]): string[] {
  const missing = incident.due.filter((tier) => !isPaged(incident, tier, pages, rings));
  return missing.map((tier) => `${incident.workflowId}: nobody was paged by tier ${tier}`);
}

/** The same key twice, whoever paged. */
function repeated(pages: SlackPage[]): string[] {
  const known = new Set<string>();
  return pages.flatMap(({ key, at }) => {
    const isKnown = known.has(key);
    known.add(key);
    return isKnown ? [`${key} came again at ${iso(at)}`] : [];
  });
}

/** The same tier by another key, or one that was to wait because somebody had it. */
function tooMany(incident: PagedIncident, pages: SlackPage[]): string[] {
  const tiers = tiersOf(incident, pages);
  const keys = new Map<number, string>();
  return tiers.flatMap(({ tier, page }) => {
    const first = keys.get(tier) ?? page.key;
    keys.set(tier, first);
    if (first !== page.key) return [`${incident.workflowId}: tier ${tier} by ${first} and by ${page.key}`];
    return hadToWait(incident, tier, page) ? [`${incident.workflowId}: tier ${tier} came while somebody had it`] : [];
  });
}

/** One whose time came before the acknowledgement may have been under way. */
function hadToWait({ startsAt, acknowledged }: PagedIncident, tier: number, { at }: SlackPage): boolean {
  if (acknowledged === null) return false;
  const dueAt = startsAt + (TIERS_S[tier - 1] ?? 0) * 1_000;
  return dueAt > acknowledged.takenAt && at > acknowledged.takenAt && at < acknowledged.until;
}

function leftBehind({ workflowId, state }: LeaseEnd): string[] {
  return LEFT_NOTHING.includes(state) ? [] : [`${workflowId} is ${state}`];
}

function notPutBack({ name, settings }: HostRecord): string[] {
  return settings.flatMap((setting) => {
    const where = `${setting.name} of ${name}`;
    const [original] = setting.values;
    const deviations = setting.values.filter((value) => value !== original);
    return [
      ...(setting.values.at(-1) === original ? [] : [`${where} is ${setting.values.at(-1)}, and was ${original}`]),
      // Each lease of a setting asks for a value of its own.
      ...deviations
        .filter((value, at) => deviations.indexOf(value) !== at)
        .map((value) => `${where} was changed to ${value} more than once`),
    ];
  });
}

function stuck({ workflowId, type, attempt }: OpenWorkflow): string[] {
  if (attempt > ATTEMPTS) return [`${workflowId}: its workflow task is at attempt ${attempt}`];
  return staysOpen(type) ? [] : [`${workflowId} is still open`];
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
