import { HostError } from '../../../host/errors';
import { isStale } from '../../../host/logs/log-tail';
import { readFileWindow, readJournalWindow } from '../../../host/logs/window';
import type { WindowLines } from '../../../host/logs/window';
import { FailureKinds } from '../../../host/pipeline/failure-kinds';
import { notConfigured } from '../../../host/services/service-managers';
import type { ErrorLines } from '../../../shared/observations/pipeline';
import type { HostDeps } from '../core/deps';
import { logRedactorOf } from '../core/log-redactor';

const EXAMPLE_CHARACTERS = 300;

/** Lines of errors of the window, by kind: of KingFisher's log, be it a file or the journal. */
export async function observeErrorLines(deps: HostDeps, windowMs: number, signal: AbortSignal): Promise<ErrorLines> {
  const [log, masked] = await Promise.all([
    readWindow(deps, windowMs, signal),
    logRedactorOf('kingfisher', deps, signal),
  ]);
  const kinds = new FailureKinds(deps.settings.kingfisher.pipeline);
  const errors = log.lines.filter((line) => kinds.isError(line));
  return {
    path: log.path,
    evidence: await evidenceOf(deps, log, signal),
    errors: errors.length,
    kinds: kinds
      .count(errors.map((text) => ({ text, count: 1 })))
      .map((one) => ({ ...one, example: masked(one.example, EXAMPLE_CHARACTERS) })),
    plugins: kinds.plugins(errors),
    partial: log.partial,
    observedAt: new Date().toISOString(),
  };
}

async function readWindow({ settings, run }: HostDeps, windowMs: number, signal: AbortSignal): Promise<WindowLines> {
  const { logFile, manager } = settings.kingfisher;
  if (logFile === 'none') throw notConfigured('kingfisher.logFile');
  if (logFile !== 'journal') return await readFileWindow(logFile, windowMs);
  const unit = manager.type === 'systemd' ? manager.unit : 'kingfisher';
  const lines = await readJournalWindow(unit, windowMs, run, signal);
  if (lines !== undefined) return lines;
  const remedy = "let the agent's user read it (group systemd-journal)";
  throw new HostError('ObservationFailed', `journalctl cannot read the journal of ${unit}; ${remedy}`);
}

/** A file that a running service has not written to for long says nothing of the window. */
async function evidenceOf(
  { settings, findManager }: HostDeps,
  { evidence, modifiedAt }: WindowLines,
  signal: AbortSignal,
): Promise<ErrorLines['evidence']> {
  if (evidence !== 'present' || modifiedAt === null || settings.kingfisher.logFile === 'journal') return evidence;
  const service = await findManager('kingfisher')
    .observe(signal)
    .catch(() => undefined);
  const isOld = service?.active === 'active' && isStale(modifiedAt, service.startedAt, new Date());
  return isOld ? 'stale' : evidence;
}
