import path from 'node:path';
import { TICK_MS, linesSince } from '../../../host/logs/log-since';
import { maskLines, readLogTail } from '../../../host/logs/log-tail';
import type { Redact } from '../../../host/redact';
import type { ServiceManager } from '../../../host/services/service-manager';
import { reasonOf } from '../../../host/services/start-reason';
import { tellLine } from '../../../host/logs/unit-log';
import type { UnitLine } from '../../../host/logs/unit-log';
import type { ServiceName, StartLog } from '../../../shared/observations/service';
import type { HostDeps } from '../core/deps';
import { logRedactorOf } from '../core/log-redactor';

const START_LOG_LINES = 10;
/** The reason may stand above a stack. */
const READ_LINES = 60;
const REASON_CHARACTERS = 300;
/** What was still written later is no log of a start that failed. */
const START_WITHIN_MS = 600_000;

/** What a service and its manager said since its last start was asked for: in the journal, and in a log file of its own. */
export async function observeStartLog(deps: HostDeps, service: ServiceName, signal: AbortSignal): Promise<StartLog> {
  const manager = deps.findManager(service);
  const masked = await logRedactorOf(service, deps, signal);
  const journal = (await manager.observeStartLog(READ_LINES, signal)) ?? [];
  const readings = service === 'kingfisher' ? await readLogFile(deps, manager, journal, masked, signal) : [];
  const file = (readings.at(-1) ?? []).slice(-START_LOG_LINES / 2);
  const lines = maskLines([...journal.slice(file.length - START_LOG_LINES), ...file].map(tellLine), masked);
  const reason = [...readings, []].map((said) => reasonOf([...journal, ...said])).find((found) => found !== null);
  return {
    service,
    evidence: lines.length === 0 ? 'absent' : 'present',
    lines,
    reason: reason === undefined ? null : { ...reason, text: masked(reason.text, REASON_CHARACTERS) },
  };
}

/** KingFisher's log file where it was written by its last start, from the surest reading to the widest. */
async function readLogFile(
  { settings }: HostDeps,
  manager: ServiceManager,
  journal: UnitLine[],
  masked: Redact,
  signal: AbortSignal,
): Promise<UnitLine[][]> {
  const { logFile, manager: managed } = settings.kingfisher;
  // The latter has been read by its manager.
  if (!path.isAbsolute(logFile) || (managed.type === 'process' && managed.logFile === logFile)) return [];
  // Not to be read, or not to be dated: step "Last 50 log lines" says what is wrong with it.
  const tail = await readLogTail(logFile, READ_LINES, masked).catch(() => undefined);
  if (tail?.evidence !== 'present' || tail.modifiedAt === null) return [];
  const state = await manager.observe(signal).catch(() => undefined);
  // Of a unit that is started at once (Type=simple) the journal has no line for the beginning, and goes further back.
  const since = Math.max(...[journal[0]?.at, state?.startedAt].map((at) => Date.parse(at ?? '') || 0));
  const afterMs = Date.parse(tail.modifiedAt) - since;
  if (afterMs < -TICK_MS || afterMs > START_WITHIN_MS) return [];
  const name = path.basename(logFile);
  return linesSince(tail.lines, since).map((lines) => lines.map((text) => ({ at: undefined, name, text })));
}
