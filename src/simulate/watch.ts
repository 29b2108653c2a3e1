import { Context } from '@temporalio/activity';
import { ActivityCancelledError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { HostActivities } from '../activities/host';
import type { Verdict, WaitRequest } from '../shared/observations/readings';
import type { ScriptedHost } from './script/scripted-host';
import type { VirtualTime } from './time/virtual-time';

/** Below the time without a heartbeat after which a workflow takes an agent for dead. */
const SLICE_MS = 2_000;
/** A service that stays ended this long is not waited for any longer. */
const NOT_RUNNING_MS = 1_000;
/** Between two looks at what is waited for. */
const LOOK_EVERY_MS = 5_000;
/** A watch waits when health comes within this time, else it ends at once: longer than until the next look. */
const WATCH_MS = 90_000;

export interface WatchOptions {
  host: ScriptedHost;
  time: VirtualTime;
  client: Client;
  /** Milliseconds after the start at which the host is well; null for never. */
  wellAfterMs: number | null;
}

/**
 * Waiting for health in virtual time. A real agent watches for an hour in one piece; there time can only pass in slices
 * of a heartbeat, so here a long watch is a look now and then, and exact where health comes.
 */
export function createWatch(options: WatchOptions): Pick<HostActivities, 'waitUntil' | 'watchReading'> {
  return { waitUntil: createWait(options), watchReading: createLook(options) };
}

function createLook(options: WatchOptions): HostActivities['watchReading'] {
  const { host, time, wellAfterMs } = options;
  return async (wanted) => {
    const left = (wellAfterMs ?? Infinity) - (await time.now());
    // What is well counts as well once it has held.
    if (!wanted.isMended && left <= WATCH_MS) await passed(left + wanted.wellForMs, options);
    await host.before('watchReading');
    return host.reading(wanted);
  };
}

function createWait(options: WatchOptions): HostActivities['waitUntil'] {
  const { host, time, wellAfterMs } = options;
  const wait = async (wanted: WaitRequest): Promise<Verdict> => {
    if (wanted.reading !== 'health') return await host.activities().waitUntil(wanted);
    const { windowMs } = wanted;
    const begunAt = await time.now();
    const verdict = async (ended: Verdict['ended'], since: string | null): Promise<Verdict> => {
      // Whole seconds: how long the server itself took is not part of the story.
      const waitedMs = Math.round(((await time.now()) - begunAt) / 1_000) * 1_000;
      const heldMs = since === null ? 0 : windowMs;
      return { holds: since !== null, since, heldMs, ended, waitedMs, last: host.health() };
    };
    const left = Math.max(0, (wellAfterMs ?? Infinity) - begunAt);
    if (left > NOT_RUNNING_MS) {
      await passed(NOT_RUNNING_MS, options);
      return await verdict('notRunning', null);
    }
    if (!(await passed(left, options))) return await verdict('deadline', null);
    await host.before('waitUntil health');
    const since = time.serverTime(await time.now());
    const isHeld = await passed(windowMs, options);
    return isHeld ? await verdict('held', since) : await verdict('deadline', null);
  };
  return wait as HostActivities['waitUntil'];
}

/**
 * Waiting for whatever a page is about, on a host that becomes well by what is done to it: looked at again and again until it
 * holds for the window, or the deadline.
 */
export function createPatientWait(options: Clock & { host: ScriptedHost }): Pick<HostActivities, 'waitUntil'> {
  const { host, time } = options;
  const { waitUntil: look } = host.activities();
  const wait = async (wanted: WaitRequest): Promise<Verdict> => {
    const begunAt = await time.now();
    const seen = async (): Promise<Verdict> => {
      const verdict = await look(wanted);
      return { ...verdict, waitedMs: Math.round(((await time.now()) - begunAt) / 1_000) * 1_000 };
    };
    for (;;) {
      const verdict = await seen();
      const left = wanted.deadlineMs - ((await time.now()) - begunAt);
      const isEnd = left <= 0 || verdict.ended === 'died' || verdict.ended === 'notRunning';
      if (!verdict.holds && isEnd) return verdict;
      const isWanted = await passed(verdict.holds ? wanted.windowMs : Math.min(left, LOOK_EVERY_MS), options);
      if (!isWanted) return verdict;
      if (!verdict.holds) continue;
      const held = await seen();
      if (held.holds || left <= 0) return { ...held, since: verdict.since, heldMs: held.holds ? wanted.windowMs : 0 };
    }
  };
  return { waitUntil: wait as HostActivities['waitUntil'] };
}

type Clock = Pick<WatchOptions, 'time' | 'client'>;

/** Lets virtual time pass, with heartbeats; false when nobody wants it any more. */
async function passed(ms: number, { time, client }: Clock): Promise<boolean> {
  const { taskToken } = Context.current().info;
  const until = (await time.now()) + ms;
  for (let now = await time.now(); now < until; now = await time.now()) {
    try {
      // Sent by itself: the SDK's own heartbeats are spaced by real time.
      await client.activity.heartbeat(taskToken);
    } catch (err) {
      if (err instanceof ActivityCancelledError) return false;
      throw err;
    }
    await time.waitUntil(Math.min(until, now + SLICE_MS));
  }
  return true;
}
