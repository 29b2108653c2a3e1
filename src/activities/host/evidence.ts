import { loadavg } from 'node:os';
import path from 'node:path';
import { observeOomKills } from '../../host/kernel-log';
import { isStale, readLogTail } from '../../host/log-tail';
import { readDisks, readMemory } from '../../host/resources';
import type { LogTail, Resources } from '../../shared/observations';
import { findDataFolders } from './data-folders';
import type { HostDeps } from './dependencies';
import { asActivity } from './run';
import type { HostActivities } from './types';

const LINES_AT_MOST = 200;

/** A.diagnosis: `tail`, `free`, `df`. */
export function createEvidenceActivities(deps: HostDeps): Pick<HostActivities, 'observeLogTail' | 'observeResources'> {
  const { redact } = deps;
  return {
    observeLogTail: asActivity(redact, async ({ signal }, { lines }) => await observeLogTail(deps, lines, signal)),
    observeResources: asActivity(redact, async ({ signal }) => await observeResources(deps, signal)),
  };
}

async function observeLogTail(
  { settings, redact, findManager }: HostDeps,
  lines: number,
  signal: AbortSignal,
): Promise<LogTail> {
  const [tail, service] = await Promise.all([
    readLogTail(settings.kingfisher.logFile, Math.min(lines, LINES_AT_MOST), redact),
    // Without it the lines are still worth having; only their age cannot be judged.
    findManager('kingfisher')
      .observe(signal)
      .catch(() => undefined),
  ]);
  const isOld =
    tail.evidence === 'present' &&
    tail.modifiedAt !== null &&
    service?.active === 'active' &&
    isStale(tail.modifiedAt, service.startedAt, new Date());
  return isOld ? { ...tail, evidence: 'stale' } : tail;
}

async function observeResources(deps: HostDeps, signal: AbortSignal): Promise<Resources> {
  const { settings, run } = deps;
  const { dataDir, logFile } = settings.kingfisher;
  const own = [dataDir, path.dirname(logFile), '/tmp', '/'];
  const [memory, disks, all, oomKills] = await Promise.all([
    readMemory(),
    readDisks(own, settings.diskFull),
    findDataFolders(deps, signal).then((folders) => readDisks([...own, ...folders], settings.diskFull)),
    observeOomKills(run, signal),
  ]);
  const dependencyDisks = all.filter((disk) => !disks.some(({ path: known }) => known === disk.path));
  return {
    memory,
    disks,
    dependencyDisks,
    load1: loadavg()[0] ?? 0,
    oomKills,
    observedAt: new Date().toISOString(),
  };
}
