import type { RecentStarts } from '../../shared/observations/service';
import type { CommandRunner } from '../programs/commands';
import { entryTime, readNewest } from '../logs/journal';

/** systemd's catalogue ids: a unit was started; a unit's start failed. */
const STARTED = '39f53479d3a045ac8e11786248231fbf';
const START_FAILED = 'be02cf6855d2428ba40df7e9d022f03d';
const AT_MOST = 20;

/** Starts of a unit in the last hour, from systemd's own words in the journal. */
export async function observeUnitStarts(unit: string, run: CommandRunner, signal?: AbortSignal): Promise<RecentStarts> {
  const matches = [STARTED, START_FAILED].map((id) => `MESSAGE_ID=${id}`);
  const entries = await readNewest(run, AT_MOST, ['_PID=1', `UNIT=${unit}`, ...matches], {
    since: '-1h',
    signal,
  });
  if (entries === undefined) return { evidence: 'absent', startedAt: [] };
  return { evidence: 'present', startedAt: entries.map(entryTime).filter((time) => time !== undefined) };
}
