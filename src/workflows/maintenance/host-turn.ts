import {
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { GuardPolicy } from '../../shared/safety/guard';
import type { ChangePermit } from '../../shared/safety/permit';
import { guardOf } from '../guard/guard-client';
import type { GuardClient } from '../guard/guard-client';
import { Turn } from '../guard/turn';
import { turnSignal } from '../messages';
import type { Door } from '../messages/door';
import { isFailure, reason } from '../runbook/step-failures';
import { isoNow } from '../support/time';

/** Looks whether an incident is still open. */
const LOOK_AGAIN_MS = 120_000;
/** A refusal that is not a pause, and what the agent refuses by itself, may be over by then. */
const TRY_AGAIN_MS = 300_000;

interface HostTurnOf {
  host: string;
  runbook: string;
  policy: GuardPolicy;
  /** Nothing new is begun from then on, epoch milliseconds. */
  overAt: number;
  /** Incidents that are open on the host. */
  openIncidents: () => Promise<string[]>;
  note: (text: string) => void;
  /** What it waits for; null when it waits no more. */
  waits: (what: string | null) => void;
}

/**
 * When maintenance may change its host: no incident is open there, and the guard gave it its turn, as to any change. It
 * is the least urgent of all: it gives way while it works, and begins again later.
 */
export class HostTurn {
  private readonly turn: Turn;

  constructor(private readonly of: HostTurnOf) {
    const { workflowId: incidentId, firstExecutionRunId: runId } = workflowInfo();
    const startsAt = isoNow();
    const { host, runbook, policy } = of;
    this.turn = new Turn({
      who: 'maintenance',
      host,
      guard: this.boundedGuard(),
      request: () => ({ incidentId, runId, runbook, severity: 'info', startsAt, startedBy: null, policy }),
      note: (title, detail) => of.note(detail === undefined ? title : `${title}: ${detail}`),
      now: () => Date.now(),
    });
  }

  listen(door: Door): void {
    door.signal(turnSignal, (answer) => this.turn.receive(answer));
  }

  /**
   * Makes a change once it may be made.
   *
   * @throws ApplicationFailure `ChangeRefused` where the window was over before, or what the change failed with
   */
  async change<T>(title: string, call: (permit: ChangePermit) => Promise<T>): Promise<T> {
    for (;;) {
      await this.untilQuiet();
      try {
        await this.takeTurn();
        return await this.unlessWanted(() => this.make(title, call));
      } catch (err) {
        if (!isHeldUp(err)) throw err;
        if (this.isOver) throw tooLate(reason(err));
        this.of.note(`${title}: held up, and tried again: ${reason(err)}`);
      } finally {
        await CancellationScope.nonCancellable(() => this.turn.release({ changed: false }));
        this.of.waits(null);
      }
      await this.pass(TRY_AGAIN_MS, `Try again: ${title}`);
    }
  }

  private get isOver(): boolean {
    return Date.now() >= this.of.overAt;
  }

  private async make<T>(title: string, call: (permit: ChangePermit) => Promise<T>): Promise<T> {
    const permit = this.turn.permit(title, {});
    try {
      return await call(permit);
    } catch (err) {
      const newer = isFailure(err, 'StaleToken') ? await this.turn.renewed(permit) : undefined;
      if (newer === undefined) throw err;
      return await call(newer);
    }
  }

  private async untilQuiet(): Promise<void> {
    let told = '';
    for (;;) {
      const open = await this.of.openIncidents();
      if (open.length === 0) break;
      const what = `the end of ${open.join(', ')}`;
      if (this.isOver) throw tooLate(`waited for ${what}`);
      if (what !== told) this.of.note(`Waits for ${what}`);
      told = what;
      this.of.waits(what);
      await this.pass(LOOK_AGAIN_MS, 'Open incidents');
    }
    this.of.waits(null);
  }

  private async takeTurn(): Promise<void> {
    const { host } = this.of;
    for (;;) {
      this.of.waits(`its turn on ${host}`);
      this.turn.request();
      const answer = await this.turn.ready(() => this.isOver);
      if (answer?.kind === 'granted') return this.of.waits(null);
      if (this.isOver) throw tooLate(answer?.detail ?? `waited for its turn on ${host}`);
      this.of.waits(answer?.detail ?? null);
      if (answer?.reason === 'paused') await this.turn.whenResumed(() => this.isOver);
      else {
        // A refusal is final for its request: given back, it can be asked for anew.
        await this.turn.release({ changed: false });
        await this.pass(TRY_AGAIN_MS, `Turn on ${host}`);
      }
    }
  }

  /** Whoever is more urgent need not wait until it is done: it is called off, and its turn given back. */
  private async unlessWanted<T>(work: () => Promise<T>): Promise<T> {
    const [working, watching] = [new CancellationScope(), new CancellationScope()];
    let wantedBy: string | null = null;
    const watched = watching.run(async () => {
      await condition(() => this.turn.wantedBy !== null);
      wantedBy = this.turn.wantedBy;
      working.cancel();
    });
    watched.catch(() => undefined);
    try {
      return await working.run(work);
    } catch (err) {
      if (wantedBy === null || !isCancellation(err)) throw err;
      throw ApplicationFailure.nonRetryable(`gave way to ${String(wantedBy)}`, 'Paused');
    } finally {
      watching.cancel();
    }
  }

  private async pass(ms: number, summary: string): Promise<void> {
    const left = this.of.overAt - Date.now();
    if (left > 0) await sleep(Math.min(ms, left), { summary });
  }

  /** Waits no longer than the window; and what maintenance changes is no sign of a host that flaps. */
  private boundedGuard(): GuardClient {
    const guard = guardOf(this.of.host);
    return {
      ...guard,
      note: () => Promise.resolve(),
      wait: (isSo, forMs) => guard.wait(isSo, Math.max(1, Math.min(forMs, this.of.overAt - Date.now()))),
    };
  }
}

/** A pause, of the guard or of the host, somebody more urgent, or a newer turn: not now. */
function isHeldUp(err: unknown): boolean {
  return isFailure(err, 'Paused', 'StaleToken') || (isFailure(err, 'ChangeRefused') && !isTooLate(err));
}

const TOO_LATE = 'the window was over: ';

function tooLate(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(`${TOO_LATE}${why}`, 'ChangeRefused');
}

function isTooLate(err: unknown): boolean {
  return reason(err).startsWith(TOO_LATE);
}
