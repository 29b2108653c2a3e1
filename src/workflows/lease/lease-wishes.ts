import type { GuardPolicy } from '../../shared/safety/guard';
import type { LeaseOwner, LeaseRelease, LeaseRequest } from '../../shared/safety/lease';
import type { ChangePermit } from '../../shared/safety/permit';
import { valueText } from './lease-memory';
import type { LeaseMemory } from './lease-memory';
import { isSameOwner } from '../../shared/safety/people';
import type { LeaseRecord } from './lease-record';

/** What is wished of a lease: one wish is carried out at a time, the others wait. */
export class LeaseWishes {
  constructor(
    private readonly memory: LeaseMemory,
    private readonly record: LeaseRecord,
  ) {}

  /** The turn that came with the wish, if one did. */
  get permit(): ChangePermit | undefined {
    const turn = this.memory.wish?.turn;
    return turn !== undefined && 'permit' in turn ? turn.permit : undefined;
  }

  /** By what the wish asks for a turn of its own, if it does. */
  get guard(): GuardPolicy | undefined {
    const turn = this.memory.wish?.turn;
    return turn !== undefined && 'guard' in turn ? turn.guard : undefined;
  }

  /** False where it waits, or nothing comes of it: an incident does not overrule a person. */
  mayBeTaken(wish: LeaseRequest): boolean {
    const { memory, record } = this;
    const person = record.personAgainst(wish);
    if (person !== undefined) {
      const { owner, until, reason } = person;
      record.refuse(
        wish,
        `${owner} holds it at ${valueText(memory.view.value)} until ${until}: ${reason}`,
        'overtaken',
      );
      return false;
    }
    if (this.mustWait(wish)) {
      memory.waiting.push(wish);
      return false;
    }
    return true;
  }

  /** Nobody wants these any more; whoever asked for one and did not give it up hears it. */
  drop(stays: (one: LeaseOwner) => boolean, { by, reason }: LeaseRelease): void {
    const { memory } = this;
    const dropped = [...memory.waiting, ...(memory.wish ? [memory.wish] : [])].filter((one) => !stays(one));
    memory.waiting = memory.waiting.filter(stays);
    if (memory.wish !== null && !stays(memory.wish)) memory.wish = null;
    const others = dropped.filter(({ owner }) => !isSameOwner(owner, by));
    for (const one of others) this.record.refuse(one, `Given up for ${one.owner} by ${by}: ${reason}`);
  }

  /** Nothing comes of the wish that was to be carried out, where there is one. */
  decline(reason: string, state: 'refused' | 'overtaken' = 'refused'): void {
    const { wish } = this.memory;
    if (wish === null) this.record.note(reason);
    else this.record.refuse(wish, reason, state);
    this.memory.wish = null;
  }

  /** One that brings its turn goes before one that waits for one; where it only renews, beside it. */
  private mustWait(wish: LeaseRequest): boolean {
    const { memory } = this;
    if (memory.wish === null) return false;
    if ('guard' in wish.turn || 'permit' in memory.wish.turn) return true;
    if (!this.record.renews(wish)) memory.waiting.push(memory.wish);
    return false;
  }
}
