/** What a seed makes of a run of chaos: which incidents begin, and what is struck when. */
import { random } from '../support/random';

export const HOSTS = ['h1', 'h2', 'h3', 'h4'] as const;
/** KingFisher dies on these only: on the others leases get their turn at once. */
const MORTAL = HOSTS.slice(0, 2);
export const SETTINGS = ['first', 'second'] as const;
export const ORIGINAL = 8;
/** So many begin together; the next ones when the last of these is over. */
const WAVE = 25;
const OUTAGES = 0.2;
const LEASES = 0.1;
/** Of the alerts that nothing helps; half of them for a moment only. */
const ACKNOWLEDGED = 0.1;

interface Common {
  wave: number;
  /** Of its alert; of a lease, for messages. */
  name: string;
  host: string;
  /** After the begin of its wave. */
  afterMs: number;
}

/** An alert that nothing automatic helps: people are paged by every tier. */
export interface HelplessPlay extends Common {
  kind: 'helpless';
  /** After the first tier somebody has it for so long, until the end where it is null. */
  acknowledged: { forMs: number | null } | null;
  /** How long it stays open after the last page. */
  lingerMs: number;
}

/** KingFisher dies again and again. */
export interface OutagePlay extends Common {
  kind: 'outage';
  lastsMs: number;
  deadlyEveryMs: number;
}

/** A person changes a setting for a while. */
export interface LeasePlay extends Common {
  kind: 'lease';
  setting: string;
  value: number;
  forMs: number;
}

export type Play = HelplessPlay | OutagePlay | LeasePlay;

/** The same seed makes the same plan. */
export function plan(seed: number, incidents: number): Play[] {
  const next = random(seed);
  const plays: Play[] = [];
  for (let wave = 0; plays.length < incidents; wave++) {
    const size = Math.min(WAVE, incidents - plays.length);
    // By where it ends, so that small waves do not round the rare ones away.
    const upTo = (share: number) => Math.round((plays.length + size) * share) - Math.round(plays.length * share);
    const [outages, leases] = [upTo(OUTAGES), upTo(LEASES)];
    const made = Array.from({ length: size }, (_, at): Play => {
      const common = {
        wave,
        name: `Chaos${plays.length + at + 1}`,
        host: pick(HOSTS, next),
        afterMs: Math.round(next() * 3_000),
      };
      if (at < outages) return outage(common, next);
      return at < outages + leases ? lease(common, plays.length + at, next) : helpless(common, next);
    });
    plays.push(...made);
  }
  return plays;
}

function outage(common: Common, next: () => number): OutagePlay {
  const lastsMs = between(10_000, 25_000, next);
  return { ...common, kind: 'outage', host: pick(MORTAL, next), lastsMs, deadlyEveryMs: between(500, 2_500, next) };
}

/** Neighbours never ask for the same setting, and no two for the same value. */
function lease(common: Common, at: number, next: () => number): LeasePlay {
  const host = HOSTS[at % HOSTS.length]!;
  const setting = SETTINGS[Math.floor(at / HOSTS.length) % SETTINGS.length]!;
  return { ...common, kind: 'lease', host, setting, value: 100 + at, forMs: between(6_000, 12_000, next) };
}

function helpless(common: Common, next: () => number): HelplessPlay {
  const forMs = next() < 0.5 ? between(5_000, 9_000, next) : null;
  const acknowledged = next() < ACKNOWLEDGED ? { forMs } : null;
  return { ...common, kind: 'helpless', acknowledged, lingerMs: between(1_000, 6_000, next) };
}

const VICTIMS = {
  controller: 3,
  agent: 3,
  guard: 3,
  clockCancelled: 2,
  clockTerminated: 3,
  incidentReset: 3,
  server: 1,
} as const;

export type Victim = keyof typeof VICTIMS;

/** `draw`, from 0 to 1: which one of several. */
export interface Strike {
  afterMs: number;
  victim: Victim;
  draw: number;
}

/** Gives one strike after another, the same ones for the same seed. */
export function strikes(seed: number): () => Strike {
  const next = random(~seed);
  const bag = (Object.keys(VICTIMS) as Victim[]).flatMap((victim) => Array<Victim>(VICTIMS[victim]).fill(victim));
  return () => ({ afterMs: between(2_000, 4_000, next), victim: pick(bag, next), draw: next() });
}

function between(least: number, most: number, next: () => number): number {
  return Math.round(least + (most - least) * next());
}

function pick<T>(of: readonly T[], next: () => number): T {
  return of[Math.floor(next() * of.length)]!;
}
