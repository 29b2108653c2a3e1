/** What a seed makes of a soak: when what breaks, and when a part of Halcyon or of monitoring is started anew. */
import { random } from '../support/random';

export const FAULTS = {
  // KingFisher itself; automation has a remedy.
  crash: { mendable: true, dies: true },
  hang: { mendable: true, dies: true },
  exit: { mendable: true, dies: true },
  diskFull: { mendable: true, dies: true },
  dependencyStopped: { mendable: true, dies: true },
  // Only people can mend these; a person does, after a while.
  badConfiguration: { mendable: false, dies: true },
  masked: { mendable: false, dies: true },
  // A dependency that is not down: nothing may be restarted. KingFisher may not be ready meanwhile.
  dependencyBusy: { mendable: false, dies: false },
  dependencyStarting: { mendable: false, dies: false },
  dependencyProtecting: { mendable: false, dies: false },
  tooManyConnections: { mendable: false, dies: false },
  dependencyPaused: { mendable: false, dies: false },
} as const satisfies Record<string, FaultKind>;

interface FaultKind {
  /** Whether automation can mend it; else people do. */
  mendable: boolean;
  /** Whether KingFisher goes down by it for certain. */
  dies: boolean;
}

export type FaultName = keyof typeof FAULTS;

export const PARTS = ['agent', 'controller', 'alertmanager'] as const;
export type Part = (typeof PARTS)[number];

/** Something that happens, in milliseconds after the begin. */
export type Happening =
  | { kind: 'fault'; atMs: number; name: FaultName; forMs: number; dependency: Dependency }
  | { kind: 'restart'; atMs: number; part: Part; crashes: boolean };

export const DEPENDENCIES = ['postgres', 'redis', 'rabbitmq'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

const DEATH_EVERY_MS = { least: 1_000, most: 300_000 };
const RESTART_EVERY_MS = { least: 60_000, most: 360_000 };
/** How long a fault stays that no automation may end. */
const FAULT_FOR_MS = { least: 5_000, most: 90_000 };
/** How often each is drawn, against the others. */
const WEIGHTS: Record<FaultName, number> = {
  crash: 5,
  hang: 3,
  exit: 2,
  diskFull: 1,
  dependencyStopped: 3,
  badConfiguration: 1,
  masked: 1,
  dependencyBusy: 1,
  dependencyStarting: 1,
  dependencyProtecting: 1,
  tooManyConnections: 1,
  dependencyPaused: 1,
};

/**
 * The same seed makes the same schedule, and a longer one begins as a shorter one does. Intervals are spread evenly over
 * their magnitudes: short ones as often as long.
 */
export function schedule(seed: number, lengthMs: number): Happening[] {
  const bag = (Object.keys(WEIGHTS) as FaultName[]).flatMap((name) => Array<FaultName>(WEIGHTS[name]).fill(name));
  const faults = drawn(random(seed), DEATH_EVERY_MS, lengthMs, (atMs, next): Happening => {
    const [name, forMs, dependency] = [pick(bag, next), between(FAULT_FOR_MS, next), pick(DEPENDENCIES, next)];
    return { kind: 'fault', atMs, name, forMs: Math.round(forMs), dependency };
  });
  // Numbers of their own: how many faults there are says nothing of the restarts.
  const restarts = drawn(random(~seed), RESTART_EVERY_MS, lengthMs, (atMs, next): Happening => {
    return { kind: 'restart', atMs, part: pick(PARTS, next), crashes: next() < 0.5 };
  });
  return [...faults, ...restarts].sort((a, b) => a.atMs - b.atMs);
}

interface Range {
  least: number;
  most: number;
}

function drawn(
  next: () => number,
  every: Range,
  lengthMs: number,
  happening: (atMs: number, next: () => number) => Happening,
): Happening[] {
  const found: Happening[] = [];
  for (let at = between(every, next); at < lengthMs; at += between(every, next)) {
    found.push(happening(Math.round(at), next));
  }
  return found;
}

function between({ least, most }: Range, next: () => number): number {
  return least * (most / least) ** next();
}

function pick<T>(of: readonly T[], next: () => number): T {
  return of[Math.floor(next() * of.length)]!;
}
