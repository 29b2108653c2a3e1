import type { Logger } from 'pino';
import { errorText } from '../../host/errors';
import type { Fence } from '../../host/fence';
import type { Redact } from '../../host/redact';
import { sleep } from '../../host/sleep';
import type { ChangePermit } from '../../shared/permit';
import { asActivity } from './run';
import type { Run } from './run';

const REASON_CHARACTERS = 300;
const POLL_MS = 20;
const NO_PERMIT: ChangePermit = { kind: 'change', token: 0, holder: '' };

/** What one running change has besides. */
export interface ChangeRun extends Run {
  /**
   * To be called right before whatever cannot be taken back, with nothing in between: the agent may have been frozen
   * since, and somebody else may have the turn.
   *
   * @throws HostError `Paused`, `StaleToken`, `ObservationFailed`
   */
  mayStillChange(): void;
}

/** Makes an activity of a change; its last argument is the permit, whatever comes before. */
export type AsChange = <I extends unknown[], O>(
  name: string,
  work: (run: ChangeRun, ...input: I) => Promise<O>,
) => (...input: [...I, permit?: ChangePermit]) => Promise<O>;

export interface ChangeDeps {
  fence: Fence;
  redact: Redact;
  /** The agent's log of changes: one line at the begin, the end and each refusal. */
  logger?: Pick<Logger, 'info'> | undefined;
}

/**
 * The way to every change of this host. A change of one holder begins when those of other holders have ended: who lost
 * its turn while it was at work comes to its end first, at its next `mayStillChange`.
 */
export function createAsChange({ fence, redact, logger }: ChangeDeps): AsChange {
  const running = new Set<ChangePermit>();
  return (name, work) => {
    const activity = asActivity(redact, async (run: Run, ...args: unknown[]) => {
      const { input, permit } = split(args);
      const { holder, token, kind } = permit;
      const log = (phase: string, more: object = {}) =>
        logger?.info(
          { activity: name, holder, token, kind, phase, attempt: run.attempt, pid: process.pid, ...more },
          'change',
        );
      const orLog = <T>(check: () => T): T => {
        try {
          return check();
        } catch (err) {
          log('refused', { reason: redact(errorText(err), REASON_CHARACTERS) });
          throw err;
        }
      };
      const mayStillChange = () => {
        run.signal.throwIfAborted();
        orLog(() => fence.check(permit));
      };
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
        const result = await work({ ...run, mayStillChange }, ...(input as never));
        outcome = 'done';
        return result;
      } finally {
        running.delete(permit);
        log('end', { outcome });
      }
    });
    return activity as never;
  };

  async function othersEnded({ kind, holder }: ChangePermit, signal: AbortSignal): Promise<void> {
    if (kind === 'undo') return;
    const isBusy = () => [...running].some((other) => other.kind === 'change' && other.holder !== holder);
    while (isBusy()) await sleep(POLL_MS, signal);
  }
}

/** A controller of before the guard sends no permit; its change passes where no token was ever seen. */
function split(args: unknown[]): { input: unknown[]; permit: ChangePermit } {
  const last = args.at(-1);
  if (!isPermit(last)) return { input: args, permit: { ...NO_PERMIT } };
  return { input: args.slice(0, -1), permit: { kind: last.kind, token: last.token, holder: last.holder } };
}

function isPermit(value: unknown): value is ChangePermit {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, token, holder } = value as Partial<ChangePermit>;
  const isKind = kind === 'change' || kind === 'undo';
  return isKind && Number.isSafeInteger(token) && token! >= 0 && typeof holder === 'string';
}
