import { HostError, errorCode } from './errors';
import type { ProcessIdentity } from './pid-file';
import { findProcess, isAlive, listProcesses, readProcess } from './process-table';
import type { ProcessRecord } from './process-table';
import { poll } from './sleep';

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
  const remedy = 'it waits in the kernel, look at its storage';
  throw new HostError(
    'NotInDesiredState',
    `pid ${leader.pid} did not end within ${KILL_MS / 1_000} s of KILL; ${remedy}`,
  );
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

/** Nothing runs between the last look at the process and the signal, where there is a /proc to look at. */
function signal({ pid, startTime }: ProcessIdentity, name: NodeJS.Signals): void {
  const seen = readProcess(pid);
  if (process.platform === 'linux' && seen?.startTime !== startTime) return;
  try {
    process.kill(pid, name);
  } catch (err) {
    if (errorCode(err) === 'ESRCH') return;
    throw new HostError('NotInDesiredState', `the agent may not send ${name} to pid ${pid}; run it as root`);
  }
}
