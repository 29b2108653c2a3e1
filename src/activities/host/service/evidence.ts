import { loadavg } from 'node:os';
import path from 'node:path';
import { observeOomKills } from '../../../host/logs/kernel-log';
import { HostError } from '../../../host/errors';
import { isStale, maskLines, readLogTail } from '../../../host/logs/log-tail';
import { readDisks, readMemory } from '../../../host/resources';
import { notConfigured } from '../../../host/services/service-managers';
import { tellLine } from '../../../host/logs/unit-log';
import type { LogTail, Resources } from '../../../shared/observations/files';
import { findDataFolders } from '../core/data-folders';
import type { HostDeps } from '../core/deps';
import { logRedactorOf } from '../core/log-redactor';
import { asActivity } from '../core/run';

const LINES_AT_MOST = 200;

export interface EvidenceActivities {
  /** A.diagnosis: `tail -50 service.log`. */
  observeLogTail(input: { lines: number }): Promise<LogTail>;
  /** A.diagnosis: `free -h`, `df -h`. */
  observeResources(): Promise<Resources>;
}

/** A.diagnosis: `tail`, `free`, `df`. */
export function createEvidenceActivities(deps: HostDeps): EvidenceActivities {
  const { redact } = deps;
  return {
    observeLogTail: asActivity(redact, async ({ signal }, { lines }) => await observeLogTail(deps, lines, signal)),
    observeResources: asActivity(redact, async ({ signal }) => await observeResources(deps, signal)),
  };
}

async function observeLogTail(deps: HostDeps, lines: number, signal: AbortSignal): Promise<LogTail> {
  const { logFile, manager } = deps.settings.kingfisher;
  const atMost = Math.min(lines, LINES_AT_MOST);
  if (logFile === 'none') throw notConfigured('kingfisher.logFile');
  if (logFile !== 'journal') return await observeFile(deps, logFile, atMost, signal);
  return await observeJournal(deps, manager.type === 'systemd' ? manager.unit : 'kingfisher', atMost, signal);
}

/** What the unit said since its last start. One that says nothing is no finding. */
async function observeJournal(deps: HostDeps, unit: string, lines: number, signal: AbortSignal): Promise<LogTail> {
  const masked = await logRedactorOf('kingfisher', deps, signal);
  const said = await deps.findManager('kingfisher').observeStartLog(lines, signal);
  if (said === undefined) {
    const remedy = "let the agent's user read it (group systemd-journal)";
    throw new HostError('ObservationFailed', `journalctl cannot read the journal of ${unit}; ${remedy}`);
  }
  return {
    path: `journal of ${unit}`,
    evidence: 'present',
    lines: maskLines(said.map(tellLine), masked),
    modifiedAt: said.at(-1)?.at ?? null,
    sizeBytes: 0,
  };
}

async function observeFile(deps: HostDeps, logFile: string, lines: number, signal: AbortSignal): Promise<LogTail> {
  const masked = await logRedactorOf('kingfisher', deps, signal);
  const [tail, service] = await Promise.all([
    readLogTail(logFile, lines, masked),
    // Without it the lines are still worth having; only their age cannot be judged.
    deps
      .findManager('kingfisher')
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
  const own = [dataDir, ...(path.isAbsolute(logFile) ? [path.dirname(logFile)] : []), '/tmp', '/'];
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
