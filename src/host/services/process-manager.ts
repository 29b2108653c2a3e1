import { closeSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { RecentStarts, ServiceName, ServiceState } from '../../shared/observations/service';
import { runCommand } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import { prepareStart, startDetached, startTimeOf } from '../programs/detached';
import type { PreparedStart } from '../programs/detached';
import { endProcess, findSame } from '../programs/end-process';
import { HostError, errorText } from '../errors';
import { readLogTail } from '../logs/log-tail';
import { canHaveOwnUnit, endOfOwnUnit, startInOwnUnit } from './own-unit';
import { invocationOf, readPidFile, writePidFile } from '../processes/pid-file';
import type { ProcessIdentity } from '../processes/pid-file';
import { findListener } from '../processes/ports';
import type { ProcessRecord } from '../processes/process-table';
import type { Redact } from '../redact';
import { findByCommand } from '../processes/service-processes';
import type { ServiceManager } from './service-manager';
import type { ProcessManagerSettings } from '../agent-settings';
import type { UnitLine } from '../logs/unit-log';
import { findUser } from '../programs/users';

const UNIT_CHARACTERS = 200;
const HOUR_MS = 3_600_000;

/** In words, the state letters that a service's process can have. */
const STATES: Record<string, string> = {
  R: 'running',
  S: 'sleeping',
  I: 'idle',
  D: 'waiting for disk',
  T: 'stopped',
  t: 'traced',
};

interface Service {
  service: ServiceName;
  settings: ProcessManagerSettings;
  /** The TCP port that the service listens on. */
  port: number;
}

interface Exit {
  exitCode: number | null;
  isSignal: boolean;
}

/**
 * A service as a plain process: found by its pid file, by its command, or by its port; started so that it outlives the
 * agent.
 */
export function createProcessManager(
  { service, settings, port }: Service,
  redact: Redact,
  run: CommandRunner = runCommand,
): ServiceManager {
  const unit = redact(settings.command.join(' '), UNIT_CHARACTERS);
  /** What this agent saw of the ends of processes that it started itself. */
  const exits = new Map<number, Exit>();
  /** Units that it made for them, by their pids. */
  const units = new Map<number, string>();
  return { observe, observeRecentStarts, observeStartLog, settle, restart, stop, start };

  async function observe(): Promise<ServiceState> {
    const last = readPidFile(settings.pidFile);
    const running = await findService(last);
    const observedAt = new Date().toISOString();
    const common = {
      service,
      manager: 'process',
      unit,
      load: 'loaded',
      restarts: 0,
      jobPending: false,
      observedAt,
    } as const;
    if (running !== undefined) return { ...common, ...runningState(running) };
    return { ...common, ...endedState(last, await exitOf(last?.pid)) };
  }

  async function exitOf(pid: number | undefined): Promise<Exit | undefined> {
    if (pid === undefined) return undefined;
    const unit = units.get(pid);
    return unit === undefined ? exits.get(pid) : await endOfOwnUnit(unit, run);
  }

  /** Nobody keeps a record of starts by hand: all there is to know is the present one. */
  async function observeRecentStarts(): Promise<RecentStarts> {
    const { startedAt } = await observe();
    const isRecent = startedAt !== null && Date.now() - Date.parse(startedAt) < HOUR_MS;
    return { evidence: 'absent', startedAt: isRecent ? [startedAt] : [] };
  }

  /** Nobody else speaks of it, and its log does not say where a start begins. */
  async function observeStartLog(lines: number): Promise<UnitLine[]> {
    const name = path.basename(settings.command[0] ?? '');
    return (await readLogTail(settings.logFile, lines, redact)).lines.map((text) => ({ at: undefined, name, text }));
  }

  /** A process that was found without the pid file is written into it, so that its end will have a name. */
  async function settle(): Promise<ServiceState> {
    const last = readPidFile(settings.pidFile);
    const running = await findService(last);
    const isRecorded = running === undefined || (last !== undefined && isSame(running, last));
    if (!isRecorded) writePidFile(settings.pidFile, running);
    return await observe();
  }

  async function restart(): Promise<ServiceState> {
    await launch(endAll);
    return await observe();
  }

  /** The pid file goes last: killed before, the next attempt finds nothing that runs. */
  async function stop(): Promise<ServiceState> {
    await endAll();
    rmSync(settings.pidFile, { force: true });
    return await observe();
  }

  async function start(): Promise<ServiceState> {
    if ((await findService(readPidFile(settings.pidFile))) === undefined) await launch();
    return await settle();
  }

  async function endAll(): Promise<void> {
    const recorded = await findRecorded(readPidFile(settings.pidFile));
    // Copies of the same command in the same folder would hold the port against the new one.
    const others = (await findCandidates()).filter((other) => other.pid !== recorded?.pid);
    await Promise.all([...(recorded === undefined ? [] : [recorded]), ...others].map((old) => endProcess(old)));
  }

  /** `before`: what is ended for it, once it is known that nothing stands in the way of the start. */
  async function launch(before?: () => Promise<void>): Promise<void> {
    const prepared = await prepareStart(settings, await folder());
    try {
      await before?.();
      if (await launchInOwnUnit(prepared)) return;
      await startDetached(prepared, (pid, exitCode, signal) => exits.set(pid, { exitCode, isSignal: signal !== null }));
    } finally {
      closeSync(prepared.logFd);
    }
  }

  /** False where there is no systemd, or it refuses: better in the agent's control group than not at all. */
  async function launchInOwnUnit({ cwd, logFd }: PreparedStart): Promise<boolean> {
    const own = canHaveOwnUnit() ? await startInOwnUnit(settings, { cwd, logFd }, run) : undefined;
    if (own === undefined) return false;
    units.clear();
    units.set(own.pid, own.unit);
    writePidFile(settings.pidFile, { pid: own.pid, startTime: startTimeOf(own.pid) });
    return true;
  }

  /** The holder of the port if it is of our command, else the one of the pid file, else the oldest of our command. */
  async function findService(last: ProcessIdentity | undefined): Promise<ProcessRecord | undefined> {
    const recorded = await findRecorded(last);
    const candidates = await findCandidates();
    if (recorded !== undefined && candidates.every(({ pid }) => pid === recorded.pid)) return recorded;
    const pids = candidates.length > 0 ? (await findListener(port)).pids : [];
    return candidates.find(({ pid }) => pids.includes(pid)) ?? recorded ?? candidates.sort(byStart)[0];
  }

  async function findCandidates(): Promise<ProcessRecord[]> {
    return await findByCommand(settings.command, await folder().catch(() => settings.cwd), await owner());
  }

  /** Whoever can write the pid file must not be able to name a process of somebody else. */
  async function findRecorded(last: ProcessIdentity | undefined): Promise<ProcessRecord | undefined> {
    const recorded = last === undefined ? undefined : await findSame(last);
    if (recorded === undefined || recorded.pid <= 1 || recorded.pid === process.pid) return undefined;
    return recorded.uid === (await owner()) ? recorded : undefined;
  }

  async function owner(): Promise<number | null> {
    if (settings.user !== undefined) return (await findUser(settings.user)).uid;
    return process.getuid?.() ?? null;
  }

  async function folder(): Promise<string> {
    try {
      return await realpath(settings.cwd);
    } catch (err) {
      throw new HostError('NotConfigured', `${settings.cwd}: ${errorText(err)}; correct kingfisher.manager.cwd`);
    }
  }
}

function runningState(running: ProcessRecord) {
  return {
    active: 'active',
    sub: STATES[running.state] ?? running.state,
    result: 'success',
    exitStatus: null,
    invocation: invocationOf(running),
    startedAt: running.startedAt,
    mainPid: running.pid,
  } as const;
}

/** Without a pid file it never ran, as far as anybody knows. */
function endedState(last: ProcessIdentity | undefined, exit: Exit | undefined) {
  return {
    active: last === undefined ? 'inactive' : 'failed',
    sub: 'dead',
    result: resultOf(last, exit),
    exitStatus: exit?.exitCode ?? null,
    invocation: last === undefined ? '' : invocationOf(last),
    startedAt: null,
    mainPid: null,
  } as const;
}

function resultOf(last: ProcessIdentity | undefined, exit: Exit | undefined): string {
  if (last === undefined) return 'success';
  if (exit === undefined) return 'unknown';
  return exit.isSignal ? 'signal' : 'exit-code';
}

function isSame(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime;
}

function byStart(a: ProcessRecord, b: ProcessRecord): number {
  return Number(a.startTime) - Number(b.startTime);
}
