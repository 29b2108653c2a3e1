import { CancellationScope, condition, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { parseDuration } from '../../shared/text/durations';
import type { LeaseAbandonment, LeaseExtension, LeaseNews, LeaseRelease, LeaseView } from '../../shared/safety/lease';
import type { ChangePermit } from '../../shared/safety/permit';
import { searchAttributes } from '../../shared/search-attributes';
import { isFailure, isStepFailure, reason } from '../runbook/step-failures';
import { newerPermit } from '../safety/gate';
import type { Permission } from '../safety/gate';
import { HeldLease } from './held-lease';
import { agent, notThere, undoPermit, whatIsThere, why } from './lease-agent';
import type { LeaseInput } from './lease-memory';
import { LeaseNewsSender } from './lease-news';
import { renderLease } from './lease-details';
import { closePages, isPagedInVain } from './lease-paging';
import { undo } from './lease-undo';
import { LeaseTurn } from './lease-turn';
import { continueInNewRun, isTimeToContinue, listenForMoves } from '../support/continue-when-long';
import { checkAbandonment, checkRelease, refuseOver } from './lease-checks';
import { Door } from '../messages/door';
import {
  abandonLeaseUpdate,
  extendLeaseUpdate,
  leaseQuery,
  releaseLeaseSignal,
  releaseLeaseUpdate,
  requestLeaseSignal,
} from '../messages';
import { isoNow } from '../support/time';

/** Started without a request (Temporal UI's "start workflow"), a lease waits this long for one. */
const FIRST_REQUEST_WITHIN_MS = 5_000;
/** Most time that one call may wait for its agent and be tried again. */
const APPLY_WITHIN_MS = 120_000;
const PROLONG_WITHIN_MS = 30_000;

/**
 * A temporary change of a setting: applied by compare-and-swap, kept while anybody wants it, and undone by itself. It
 * has its own life: an incident that is terminated, or forgets it, changes nothing about its end.
 */
export async function lease(input: LeaseInput): Promise<LeaseView> {
  let shown = '';
  const news = new LeaseNewsSender();
  const onChange = () => {
    setCurrentDetails(renderLease(lease.view));
    if (lease.view.state === shown) return;
    shown = lease.view.state;
    upsertSearchAttributes([
      { key: searchAttributes.host, value: input.host },
      { key: searchAttributes.state, value: shown },
    ]);
  };
  const tell = (incident: string, what: LeaseNews) => news.tell(incident, what);
  const lease: HeldLease = new HeldLease(input, { now: isoNow, onChange, tell });
  const turn = new LeaseTurn(lease);
  listen(lease, turn);
  const isAsked = await condition(() => lease.hasRequest, FIRST_REQUEST_WITHIN_MS, { summary: 'First request' });
  if (!isAsked) lease.refused('Nobody asked for it: start it with "halcyon leases apply"');
  // A cancellation is a wish to end it, not to forget it.
  const cancelled = { by: 'Temporal', reason: 'the workflow was cancelled' };
  CancellationScope.current().cancelRequested.catch(() => lease.release(cancelled));
  await CancellationScope.nonCancellable(async () => await live(lease, turn, news));
  return lease.view;
}

function listen(lease: HeldLease, turn: LeaseTurn): void {
  const door = new Door((what, why) => lease.note(`${what}: ${why}`));
  const release = (input: LeaseRelease): LeaseView => {
    lease.release(input);
    return lease.view;
  };
  const extend = (input: LeaseExtension): LeaseView => {
    lease.extend({ ...input, until: new Date(Date.now() + parseDuration(input.for)!).toISOString() });
    return lease.view;
  };
  const abandon = (input: LeaseAbandonment): LeaseView => {
    lease.abandon(input);
    return lease.view;
  };
  turn.listen(door);
  listenForMoves(door);
  door.signal(requestLeaseSignal, (wish) => lease.request(wish));
  door.signal(releaseLeaseSignal, (input) => lease.release(input));
  door.update(releaseLeaseUpdate, { check: (input) => checkRelease(lease.view, input), take: release });
  door.update(extendLeaseUpdate, { check: () => refuseOver(lease.view), take: extend });
  door.update(abandonLeaseUpdate, {
    check: () => checkAbandonment(lease.view, lease.memory.failingSince),
    take: abandon,
  });
  door.query(leaseQuery, () => lease.view);
}

async function live(lease: HeldLease, turn: LeaseTurn, news: LeaseNewsSender): Promise<void> {
  for (;;) {
    if (isPagedInVain(lease)) await closePages(lease);
    if (lease.isOver && (await isDone(lease, news))) return;
    if (!lease.isWanted) await undo(lease, () => continueLease(lease, news));
    else if (lease.needsApply) await applyInTurn(lease, turn);
    else await keep(lease, news);
  }
}

/** False where a wish that came by then begins it anew. */
async function isDone(lease: HeldLease, news: LeaseNewsSender): Promise<boolean> {
  await news.settled();
  lease.reopen();
  return lease.isOver;
}

/** Until nobody wants it, or somebody wants something else. */
async function keep(lease: HeldLease, news: LeaseNewsSender): Promise<void> {
  if (lease.record.endsTooEarlyThere) return await prolong(lease);
  const left = Math.max(1, Date.parse(lease.view.endsAt) - Date.now());
  const summary = `${lease.view.setting} until ${lease.view.endsAt}`;
  const isDue = () => lease.needsApply || !lease.isWanted || lease.record.endsTooEarlyThere;
  await condition(() => isDue() || isTimeToContinue(lease.input), left, { summary });
  if (isTimeToContinue(lease.input) && !isDue()) await continueLease(lease, news);
}

/**
 * Somebody wants it for longer than the place would keep it. What stands there stays, and nothing else happens: like any
 * renewal this waits for no turn, and no pause holds it up.
 */
async function prolong(lease: HeldLease): Promise<void> {
  const { setting, value, endsAt } = lease.view;
  const permit = undoPermit();
  const forMs = Date.parse(endsAt) - Date.now();
  try {
    const host = agent(lease, PROLONG_WITHIN_MS);
    const { after } = await host.ensureSetting({ setting, expected: value, value, forMs, permit });
    lease.record.endsThere(after);
    if ((lease.view.endsThereAt ?? endsAt) < endsAt) lease.record.cutShort(`${after.place} keeps it no longer`);
  } catch (err) {
    if (!isStepFailure(err)) throw err;
    if (isFailure(err, 'ValueChanged')) lease.release({ by: lease.view.host, reason: reason(err) });
    else lease.record.cutShort(why(err, lease.view.host));
  }
}

async function applyInTurn(lease: HeldLease, turn: LeaseTurn): Promise<void> {
  try {
    const permit = await turn.permit();
    if (permit !== undefined) await apply(lease, permit, (stale) => turn.renewed(stale));
  } catch (err) {
    if (!isFailure(err, 'ChangeRefused')) throw err;
    lease.notApplied(reason(err));
  } finally {
    await turn.giveBack();
  }
}

async function apply(lease: HeldLease, permit: ChangePermit, renewed: Permission['renewed']): Promise<void> {
  const { setting } = lease.view;
  const { value, until } = lease.wanted;
  if (Date.parse(until) <= Date.now()) return lease.notApplied('its time is over');
  lease.begin('applying');
  const host = agent(lease, Math.min(APPLY_WITHIN_MS, Math.max(1_000, Date.parse(until) - Date.now())));
  try {
    const seen = await host.observeSetting({ setting });
    if (seen.evidence !== 'present') return lease.notApplied(notThere(seen));
    const move = lease.decide(seen, value);
    if (move.kind === 'needless') return lease.refused(`It is ${JSON.stringify(value)} already, and not by Halcyon`);
    if (move.kind === 'overtaken') return lease.overtaken(whatIsThere(seen));
    const forMs = Date.parse(until) - Date.now();
    const { expected } = move;
    const set = (by: ChangePermit) => host.ensureSetting({ setting, expected, value, forMs, permit: by });
    const again = async (err: unknown) => await set(await newerPermit({ permit, renewed }, err));
    lease.applied(await set(permit).catch(again));
  } catch (err) {
    if (!isStepFailure(err)) throw err;
    if (isFailure(err, 'ValueChanged')) lease.overtaken(reason(err));
    else lease.notApplied(why(err, lease.view.host));
  }
}

async function continueLease({ input, memory }: HeldLease, news: LeaseNewsSender): Promise<void> {
  await news.settled();
  await continueInNewRun<typeof lease>({ ...input, state: memory });
}
