import type { Resources } from '../../shared/observations/files';
import type { CommandRunner } from '../programs/commands';
import { readJournal } from './journal';

const KILLED = /Killed process (\d+) \(([^)]*)\)/;
const AT_MOST = 10;

/** Processes that the kernel killed for memory in the last hour; `absent` where no kernel log can be read. */
export async function observeOomKills(run: CommandRunner, signal?: AbortSignal): Promise<Resources['oomKills']> {
  const [kills, any] = await Promise.all([
    readJournal(run, ['--dmesg', '--since=-1h', '--lines=50', '--grep=Killed process'], signal),
    readJournal(run, ['--dmesg', '--lines=1'], signal),
  ]);
  // A journal that holds nothing of the kernel (as in a container) proves nothing.
  if (kills === undefined || any === undefined || any.length === 0) return { evidence: 'absent', victims: [] };
  const victims = kills.flatMap(({ MESSAGE = '' }) => {
    const killed = KILLED.exec(MESSAGE);
    return killed === null ? [] : [`${killed[2]} (pid ${killed[1]})`];
  });
  return { evidence: 'present', victims: victims.slice(-AT_MOST) };
}
