import { HostError, errorCode } from '../errors';
import type { ProcessIdentity } from '../processes/pid-file';
import { findProcess, isAlive, listProcesses, readProcess } from '../processes/process-table';
import type { ProcessRecord } from '../processes/process-table';
import { poll } from '../sleep';

const TERM_MS = 10_000;
const KILL_MS = 5_000;
const POLL_MS = 20;

/**
 * Ends a process, and the rest of the group that it leads: TERM, and KILL after ten seconds. Stopped ones are continued,
 * so that they can obey.
 *
 * @throws HostError `NotInDesiredState` when even KILL does not end them.
 */
export async function endProcess(leader: ProcessIdentity, termMs = TERM_MS): Promise<void> {
  const members = await findGroup(leader);
  members.forEach((member) => signal(member, 'SIGTERM'));
  members.forEach((member) => signal(member, 'SIGCONT'));
  if (await haveEnded(members, termMs)) return;
  const rest = [...members, ...(await findGroup(leader))];
  rest.forEach((member) => signal(member, 'SIGKILL'));
  if (await haveEnded(rest, KILL_MS)) return;
  throw unkillable(`pid ${leader.pid}`);
}

/** How a process came to its end. */
export type Ending = 'TERM' | 'KILL' | 'by itself';

/**
 * Ends these processes and no other: TERM, and KILL for what still lives after `graceMs`.
 *
 * @returns how each ended, in the order given.
 * @throws HostError `NotInDesiredState` when even KILL does not end one.
 */
export async function endEach(processes: ProcessIdentity[], graceMs: number): Promise<Ending[]> {
  const endings: Ending[] = processes.map((one) => (signal(one, 'SIGTERM') ? 'TERM' : 'by itself'));
  processes.forEach((one) => signal(one, 'SIGCONT'));
  if (await haveEnded(processes, graceMs)) return endings;
  processes.forEach((one, at) => {
    if (signal(one, 'SIGKILL')) endings[at] = 'KILL';
  });
  if (await haveEnded(processes, KILL_MS)) return endings;
  const left = processes.filter(isStillThere).map(({ pid }) => pid);
  throw unkillable(`pids ${left.join(', ')}`);
}

/** The live process of this identity; `undefined` when it has ended, or its pid is another's by now. */
export async function findSame({ pid, startTime }: ProcessIdentity) {
  const record = await findProcess(pid);
  return record !== undefined && isAlive(record) && record.startTime === startTime ? record : undefined;
}

async function findGroup(leader: ProcessIdentity): Promise<ProcessRecord[]> {
  const record = await findSame(leader);
  if (record === undefined) return [];
  if (record.group !== record.pid) return [record];
  return (await listProcesses()).filter((member) => member.group === record.pid && isAlive(member));
}

async function haveEnded(members: ProcessIdentity[], deadlineMs: number): Promise<boolean> {
  const ended = async () => {
    const left = await Promise.all(members.map(findSame));
    return left.every((member) => member === undefined) ? true : undefined;
  };
  return (await poll(ended, { everyMs: POLL_MS, deadlineMs })) === true;
}

/** A zombie has ended: only its parent has not yet taken notice. */
function isStillThere({ pid, startTime }: ProcessIdentity): boolean {
  const seen = readProcess(pid);
  return process.platform !== 'linux' || (seen?.startTime === startTime && isAlive(seen));
}

function unkillable(who: string): HostError {
  const remedy = 'it waits in the kernel, look at its storage';
  return new HostError('NotInDesiredState', `${who} did not end within ${KILL_MS / 1_000} s of KILL; ${remedy}`);
}

/**
 * Whether it was sent. Nothing runs between the last look at the process and the signal, where there is a /proc to look
 * at.
 */
function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isStillThere(identity)) return false;
  try {
    process.kill(identity.pid, name);
    return true;
  } catch (err) {
    if (errorCode(err) === 'ESRCH') return false;
    throw new HostError('NotInDesiredState', `the agent may not send ${name} to pid ${identity.pid}; run it as root`);
  }
}
