import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { read, required } from '../../shared/shape/shape';
import type { Query, Signal, Update } from './define';

/** A flood of what cannot be read must not push out what happened. */
const NOTED_AT_MOST = 5;

/** How an update is taken. */
interface Taking<R, T> {
  /** Whether it can be now; throws an error in words where it cannot, and changes nothing. */
  check?: (value: T) => void;
  take: (value: T) => R | Promise<R>;
}

/**
 * The way of every message into a workflow. Nothing gets in that is not in the shape of its message: a signal is noted and
 * dropped, an update refused with what was expected. So no message, whoever sends it, makes a workflow task fail.
 */
export class Door {
  private noted = 0;

  /** @param note tells people that something was sent that could not be taken, and why */
  constructor(private readonly note: (what: string, why: string) => void) {}

  signal<T>(message: Signal<T>, take: (value: T) => void): void {
    const hear = (given?: unknown) => {
      const reading = read(message.shape, given);
      if (reading.ok) take(reading.value);
      else this.dropped(message.name, reading.problem);
    };
    setHandler(message, hear, { description: message.description });
  }

  update<R, T>(message: Update<R, T>, { check, take }: Taking<R, T>): void {
    const validator = (given?: unknown) =>
      refusing(() => {
        const value = required(message.shape, given);
        check?.(value);
      });
    const answer = (given?: unknown) => take(required(message.shape, given));
    setHandler(message, answer, { description: message.description, validator });
  }

  query<R>(message: Query<R>, answer: () => R): void {
    setHandler(message, answer, { description: message.description });
  }

  private dropped(name: string, problem: string): void {
    this.noted += 1;
    if (this.noted > NOTED_AT_MOST) return;
    const isLast = this.noted === NOTED_AT_MOST;
    this.note(`A signal "${name}" was not taken`, isLast ? `${problem}; no more of these are noted` : problem);
  }
}

/** Why a check throws; undefined when it does not. */
export function whyRefused(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}

/** An update is refused by a failure, whatever the check threw. */
function refusing(check: () => void): void {
  const why = whyRefused(check);
  if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'Refused');
}
