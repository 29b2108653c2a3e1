import { random } from '../support/random';
import type { Round } from './catalogue';
import type { Role } from './fault';

/** Somebody dies while an incident is worked on. */
export interface Kill {
  role: Role;
  afterMs: number;
}

export interface Planned extends Round {
  kill: Kill | null;
}

/** One round in so many is played with a kill. */
const KILLED_ONE_IN = 10;
/** Longer than most remedies take. */
const LATEST_MS = 4_000;

/** In their order; a tenth of them with a kill at a moment that the seed chooses. */
export function plan(rounds: readonly Round[], seed: number): Planned[] {
  const draw = random(seed);
  const drawn = rounds.map((round) => ({ round, at: draw(), moment: draw(), role: draw() }));
  const killed = [...drawn].sort((a, b) => a.at - b.at).slice(0, Math.floor(drawn.length / KILLED_ONE_IN));
  return drawn.map((one) => {
    const role: Role = one.role < 0.5 ? 'agent' : 'controller';
    const spares = one.round.faults.some(({ fault }) => fault.spares?.includes(role) === true);
    const kill = killed.includes(one) && !spares ? { role, afterMs: Math.round(one.moment * LATEST_MS) } : null;
    return { ...one.round, kill };
  });
}
