import type { Permitted } from '../../../shared/safety/permit';
import path from 'node:path';
import { describeEnd } from '../../../host/programs/commands';
import { HostError } from '../../../host/errors';
import { measureLogs } from '../../../host/logs/logs';
import { notConfigured } from '../../../host/services/service-managers';
import type { Change } from '../../../shared/observations/change';
import type { FileCount } from '../../../shared/observations/files';
import type { HostDeps } from '../core/deps';
import { createSerializer } from '../core/serialize';
import { ensureCleared, oldFiles } from './temporary';
import type { ChangeRun } from '../core/change';

const LOGROTATE = '/usr/sbin/logrotate';
const LOGROTATE_MS = 60_000;

export interface SpaceActivities {
  /** D.2: temporary files older than this are gone. Never follows a link, never leaves the folder's file system. */
  ensureTempFilesRemoved(input: Permitted<{ olderThanMs: number }>): Promise<Change<FileCount>>;
  /** G.1: the service's logs are rotated if they are larger than the agent's limit. */
  ensureLogsRotated(input: Permitted): Promise<Change<FileCount>>;
}

/** D.2, G.1: the document's remedies for a full disk. */
export function createSpaceActivities(deps: HostDeps): SpaceActivities {
  const { asChange } = deps;
  const inTurn = createSerializer();
  return {
    ensureTempFilesRemoved: asChange('ensureTempFilesRemoved', async (run, { olderThanMs }) => {
      return await inTurn('temp', async () => await ensureCleared(deps, await oldFiles(deps, olderThanMs, run), run));
    }),
    ensureLogsRotated: asChange('ensureLogsRotated', async (run) => {
      return await inTurn('logs', async () => await ensureLogsRotated(deps, run));
    }),
  };
}

async function ensureLogsRotated(
  { settings, run }: HostDeps,
  { signal, mayStillChange }: ChangeRun,
): Promise<Change<FileCount>> {
  const { logrotate, logFile } = settings.kingfisher;
  if (logrotate === null || !path.isAbsolute(logFile)) throw notConfigured('kingfisher.logrotate');
  const before = await measureLogs(logFile);
  if (before.bytes <= logrotate.rotateAboveBytes) {
    const note = `the logs are not larger than ${logrotate.rotateAboveBytes} bytes`;
    return { before, after: before, changed: false, notes: [note] };
  }
  const args = ['-f', logrotate.config];
  mayStillChange();
  const result = await run({ program: LOGROTATE, args, timeoutMs: LOGROTATE_MS, signal, remedy: 'install logrotate' });
  const after = await measureLogs(logFile);
  if (after.bytes < before.bytes)
    return { before, after, changed: true, notes: result.exitCode === 0 ? [] : [describeEnd(result)] };
  const said = `${describeEnd(result)}: ${result.stderr.trim() || 'it said nothing'}`;
  throw new HostError('NotInDesiredState', `logrotate ${logrotate.config} did not make the logs smaller: ${said}`);
}
