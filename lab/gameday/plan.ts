import { random } from '../support/random';
import type { Fault, Role } from './fault';

/** Somebody dies while an incident is worked on. */
export interface Kill {
  role: Role;
  afterMs: number;
}

export interface Planned {
  name: string;
  fault: Fault;
  kill: Kill | null;
}

/** One fault in so many is played with a kill. */
const KILLED_ONE_IN = 10;
/** Longer than most remedies take. */
const LATEST_MS = 4_000;

/** In the order of their names; a tenth of them with a kill at a moment that the seed chooses. */
export function plan(faults: ReadonlyMap<string, Fault>, seed: number): Planned[] {
  const draw = random(seed);
  const drawn = [...faults].map(([name, fault]) => ({ name, fault, at: draw(), moment: draw(), role: draw() }));
  const killed = [...drawn].sort((a, b) => a.at - b.at).slice(0, Math.floor(drawn.length / KILLED_ONE_IN));
  return drawn.map((one) => {
    const role: Role = one.role < 0.5 ? 'agent' : 'controller';
    const isKilled = killed.includes(one) && one.fault.spares?.includes(role) !== true;
    return {
      name: one.name,
      fault: one.fault,
      kill: isKilled ? { role, afterMs: Math.round(one.moment * LATEST_MS) } : null,
    };
  });
}
