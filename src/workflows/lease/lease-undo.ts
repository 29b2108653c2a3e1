import { CancellationScope, condition } from '@temporalio/workflow';
import { isStepFailure } from '../runbook/step-failures';
import { isTimeToContinue } from '../support/continue-when-long';
import { isoNow } from '../support/time';
import type { HeldLease } from './held-lease';
import { agent, notThere, undoPermit, whatIsThere, why } from './lease-agent';
import { pageAboutLease } from './lease-paging';

const ASK_WITHIN_MS = 10_000;
const ROUND_MS = 55_000;
const PAGED_ROUND_MS = 600_000;
const PAGE_AFTER_MS = 110_000;
const LONGEST_PAUSE_MS = 60_000;

/**
 * Puts the original back: tries until it is so, or a person gives it up. What cannot be undone for two minutes is a page.
 *
 * @param goOn in a new run, where this one is long
 */
export async function undo(lease: HeldLease, goOn: () => Promise<void>): Promise<void> {
  lease.begin('undoing');
  if (!(await isToUndo(lease))) return lease.refused('Nothing was changed');
  const startedAt = Date.now();
  for (let pauseMs = 1_000; !lease.isOver; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    const failure = await unlessOver(lease, () => tryUndo(lease));
    if (failure === undefined) break;
    lease.undoFailed(failure);
    if (lease.isAskedAgain) return lease.resume();
    const failingMs = Date.now() - Date.parse(lease.memory.failingSince ?? isoNow());
    if (!lease.memory.paged && Math.max(failingMs, Date.now() - startedAt) >= PAGE_AFTER_MS) {
      await pageAboutLease(lease, failure);
    }
    if (isTimeToContinue(lease.input) && !lease.isOver) await goOn();
    lease.isHurried = false;
    const isDue = () => lease.isOver || lease.isHurried;
    await condition(isDue, pauseMs, { summary: `Undo ${lease.view.setting} again` });
  }
}

/** A run that was reset, or a lease after one that was terminated, knows of no change: the host does. */
async function isToUndo(lease: HeldLease): Promise<boolean> {
  const { view, memory } = lease;
  if (view.original !== null || memory.isTried) return view.original !== null;
  try {
    const seen = await agent(lease, ASK_WITHIN_MS).observeSetting({ setting: view.setting });
    return seen.ledger !== undefined && lease.decide(seen, null).kind === 'set';
  } catch (err) {
    if (!isStepFailure(err)) throw err;
    return false;
  }
}

/** What is under way is called off when a person gives the lease up. */
async function unlessOver(lease: HeldLease, work: () => Promise<string | undefined>): Promise<string | undefined> {
  const scope = new CancellationScope();
  const tried = scope.run(work);
  const over = scope.run(async () => await condition(() => lease.isOver).then(() => undefined));
  try {
    return await Promise.race([tried, over]);
  } finally {
    scope.cancel();
  }
}

/** Resolves with why it did not succeed. */
async function tryUndo(lease: HeldLease): Promise<string | undefined> {
  const { setting, host: name } = lease.view;
  const host = agent(lease, lease.memory.paged ? PAGED_ROUND_MS : ROUND_MS);
  try {
    const seen = await host.observeSetting({ setting });
    if (seen.evidence !== 'present') return notThere(seen);
    const move = lease.decide(seen, null);
    if (move.kind !== 'set') {
      lease.overtaken(whatIsThere(seen));
      return undefined;
    }
    const permit = undoPermit();
    // Also where the value is there again: an attempt that died may have to make KingFisher take it.
    lease.undone(await host.ensureSetting({ setting, expected: move.expected, value: move.value, permit }));
    return undefined;
  } catch (err) {
    // Given up: nobody waits for it.
    if (lease.isOver) return undefined;
    if (!isStepFailure(err)) throw err;
    return why(err, name);
  }
}
