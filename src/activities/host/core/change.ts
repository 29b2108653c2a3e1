import type { Logger } from 'pino';
import { HostError, errorText } from '../../../host/errors';
import { changeId } from '../../../host/fence/begun-changes';
import type { BegunChanges } from '../../../host/fence/begun-changes';
import type { Fence } from '../../../host/fence/fence';
import type { Redact } from '../../../host/redact';
import type { AgentSettings } from '../../../host/agent-settings';
import { sleep } from '../../../host/sleep';
import { CHANGES, UNDOES, isAllowed, notAllowed } from '../../../shared/safety/allowance';
import type { Allowance, ChangeName } from '../../../shared/safety/allowance';
import { isPermit } from '../../../shared/safety/permit';
import type { ChangePermit, Permitted } from '../../../shared/safety/permit';
import { asActivity } from './run';
import type { Run } from './run';

const REASON_CHARACTERS = 300;
const POLL_MS = 20;

/** What one running change has besides. */
export interface ChangeRun extends Run {
  /** This very step was begun on this host before, and did not come to its end: what is found may be its doing. */
  wasBegun: boolean;
  /** It is asked for as an undo: right only for what the ledger of this host knows. */
  isUndo: boolean;
  /**
   * To be called right before whatever cannot be taken back, with nothing in between: the agent may have been frozen
   * since, and somebody else may have the turn.
   *
   * @throws HostError `Paused`, `StaleToken`, `ObservationFailed`
   */
  mayStillChange(): void;
}

/**
 * Makes an activity of a change. Without a permit nothing is changed: `NoPermit`. What `agent.allow` does not name is
 * `NotAllowed`; but an undo is never refused by that. `neededFor` is for a change that may need another word than its name's.
 */
export type AsChange = <I extends object, O>(
  name: ChangeName,
  work: (run: ChangeRun, input: I) => Promise<O>,
  neededFor?: (input: I) => Allowance,
) => (input: Permitted<I>) => Promise<O>;

export interface ChangeDeps {
  settings: Pick<AgentSettings, 'host' | 'allow'>;
  fence: Fence;
  begun: BegunChanges;
  redact: Redact;
  /** The agent's log of changes: one line at the begin, the end and each refusal. */
  logger?: Pick<Logger, 'info'> | undefined;
}

/**
 * The way to every change of this host. A change of one holder begins when those of other holders have ended: who lost
 * its turn while it was at work comes to its end first, at its next `mayStillChange`.
 */
export function createAsChange({ settings, fence, begun, redact, logger }: ChangeDeps): AsChange {
  const running = new Set<ChangePermit>();
  return <I extends object, O>(
    name: ChangeName,
    work: (run: ChangeRun, input: I) => Promise<O>,
    neededFor: (input: I) => Allowance = () => CHANGES[name],
  ) =>
    asActivity(redact, async (run: Run, input: Permitted<I>) => {
      const permit = permitOf(name, input);
      const { holder, token, kind } = permit;
      const log = (phase: string, more: object = {}) =>
        logger?.info(
          { activity: name, holder, token, kind, phase, attempt: run.attempt, pid: process.pid, ...more },
          'change',
        );
      const logWhy = (phase: string, err: unknown) => log(phase, { reason: redact(errorText(err), REASON_CHARACTERS) });
      const orLog = <T>(check: () => T): T => {
        try {
          return check();
        } catch (err) {
          logWhy('refused', err);
          throw err;
        }
      };
      const mayStillChange = () => {
        run.signal.throwIfAborted();
        orLog(() => fence.check(permit));
      };
      orLog(() => refuseUnlessAllowed(name, neededFor(input), permit, settings));
      await fence.enter(permit).catch((err: unknown) =>
        orLog(() => {
          throw err;
        }),
      );
      await othersEnded(permit, run.signal);
      mayStillChange();
      running.add(permit);
      log('begin');
      let outcome = 'failed';
      try {
        const record = { begun, id: changeId(name, input), attempt: run.attempt, logWhy };
        const result = await whileRecorded(record, async (wasBegun) => {
          return await work({ ...run, wasBegun, isUndo: kind === 'undo', mayStillChange }, input);
        });
        outcome = 'done';
        return result;
      } finally {
        running.delete(permit);
        log('end', { outcome });
      }
    });

  async function othersEnded({ kind, holder }: ChangePermit, signal: AbortSignal): Promise<void> {
    if (kind === 'undo') return;
    const isBusy = () => [...running].some((other) => other.kind === 'change' && other.holder !== holder);
    while (isBusy()) await sleep(POLL_MS, signal);
  }
}

interface Recording {
  begun: BegunChanges;
  /** Of the change, the same for each of its offers. */
  id: string;
  attempt: number;
  logWhy(phase: string, err: unknown): void;
}

/** The disk knows of `work` until it came to its end. Only words depend on that: where it cannot be kept, work goes on. */
async function whileRecorded<T>(
  { begun, id, attempt, logWhy }: Recording,
  work: (wasBegun: boolean) => Promise<T>,
): Promise<T> {
  const tryTo = <R>(record: () => R): R | undefined => {
    try {
      return record();
    } catch (err) {
      logWhy('unrecorded', err);
      return undefined;
    }
  };
  const wasBegun = tryTo(() => begun.begin(id)) ?? attempt > 1;
  const result = await work(wasBegun);
  tryTo(() => begun.end(id));
  return result;
}

function refuseUnlessAllowed(
  name: ChangeName,
  needed: Allowance,
  { kind }: ChangePermit,
  settings: ChangeDeps['settings'],
): void {
  if (kind === 'undo' || isAllowed(needed, settings)) return;
  throw new HostError('NotAllowed', `${notAllowed(needed, settings.host)}, which ${name} needs; nothing was changed`);
}

/**
 * The failure of an undo that is none. An undo passes what holds up a change, and so is never more than to put back what this
 * host itself knows that Halcyon changed.
 *
 * @param what is not known, in words: `Halcyon stopped kingfisher`
 */
export function noUndo(what: string): HostError {
  const remedy = 'nothing was changed; if it is right, do it by hand';
  return new HostError(
    'NoPermit',
    `the ledger of this host does not say that ${what}: an undo puts back only that; ${remedy}`,
  );
}

/** An undo passes what holds up a change, so it is one only where there is something to put back. */
function permitOf(name: ChangeName, input: unknown): ChangePermit {
  const permit = typeof input === 'object' && input !== null && 'permit' in input ? input.permit : undefined;
  if (isPermit(permit) && (permit.kind !== 'undo' || UNDOES.includes(name))) return permit;
  const remedy = 'nothing is changed; does the controller run another version of Halcyon than this agent?';
  throw new HostError('NoPermit', `${name} was asked for without a permit: ${remedy}`);
}
