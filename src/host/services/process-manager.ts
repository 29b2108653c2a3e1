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
import { invocationOf, readPidFile, removePidFile, writePidFile } from '../processes/pid-file';
import type { ProcessIdentity } from '../processes/pid-file';
import { findListener } from '../processes/ports';
import type { ProcessRecord } from '../processes/process-table';
import { maskArguments } from '../../shared/text/secrets/arguments';
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
export class ProcessManager implements ServiceManager {
  private readonly service: ServiceName;
  private readonly settings: ProcessManagerSettings;
  private readonly port: number;
  /** How people know it: its command line. */
  private readonly unit: string;
  /** What this agent saw of the ends of processes that it started itself. */
  private readonly exits = new Map<number, Exit>();
  /** Units that it made for them, by their pids. */
  private readonly units = new Map<number, string>();

  constructor(
    { service, settings, port }: Service,
    private readonly redact: Redact,
    private readonly run: CommandRunner = runCommand,
  ) {
    this.service = service;
    this.settings = settings;
    this.port = port;
    this.unit = redact(maskArguments(settings.command).join(' '), UNIT_CHARACTERS);
  }

  async observe(): Promise<ServiceState> {
    const last = await readPidFile(this.settings.pidFile);
    const running = await this.findService(last);
    const observedAt = new Date().toISOString();
    const common = {
      service: this.service,
      manager: 'process',
      unit: this.unit,
      load: 'loaded',
      restarts: 0,
      jobPending: false,
      observedAt,
    } as const;
    if (running !== undefined) return { ...common, ...runningState(running) };
    return { ...common, ...endedState(last, await this.exitOf(last?.pid)) };
  }

  private async exitOf(pid: number | undefined): Promise<Exit | undefined> {
    if (pid === undefined) return undefined;
    const ownUnit = this.units.get(pid);
    return ownUnit === undefined ? this.exits.get(pid) : await endOfOwnUnit(ownUnit, this.run);
  }

  /** Nobody keeps a record of starts by hand: all there is to know is the present one. */
  async observeRecentStarts(): Promise<RecentStarts> {
    const { startedAt } = await this.observe();
    const isRecent = startedAt !== null && Date.now() - Date.parse(startedAt) < HOUR_MS;
    return { evidence: 'absent', startedAt: isRecent ? [startedAt] : [] };
  }

  /** Nobody else speaks of it, and its log does not say where a start begins. */
  async observeStartLog(lines: number): Promise<UnitLine[]> {
    const name = path.basename(this.settings.command[0] ?? '');
    return (await readLogTail(this.settings.logFile, lines, this.redact)).lines.map((text) => ({
      at: undefined,
      name,
      text,
    }));
  }

  /** A process that was found without the pid file is written into it, so that its end will have a name. */
  async settle(): Promise<ServiceState> {
    const last = await readPidFile(this.settings.pidFile);
    const running = await this.findService(last);
    const isRecorded = running === undefined || (last !== undefined && isSame(running, last));
    if (!isRecorded) await writePidFile(this.settings.pidFile, running);
    return await this.observe();
  }

  async restart(): Promise<ServiceState> {
    await this.launch(() => this.endAll());
    return await this.observe();
  }

  /** The pid file goes last: killed before, the next attempt finds nothing that runs. */
  async stop(): Promise<ServiceState> {
    await this.endAll();
    await removePidFile(this.settings.pidFile);
    return await this.observe();
  }

  async start(): Promise<ServiceState> {
    if ((await this.findService(await readPidFile(this.settings.pidFile))) === undefined) await this.launch();
    return await this.settle();
  }

  private async endAll(): Promise<void> {
    const recorded = await this.findRecorded(await readPidFile(this.settings.pidFile));
    // Copies of the same command in the same folder would hold the this.port against the new one.
    const others = (await this.findCandidates()).filter((other) => other.pid !== recorded?.pid);
    await Promise.all([...(recorded === undefined ? [] : [recorded]), ...others].map((old) => endProcess(old)));
  }

  /** `before`: what is ended for it, once it is known that nothing stands in the way of the start. */
  private async launch(before?: () => Promise<void>): Promise<void> {
    const prepared = await prepareStart(this.settings, await this.folder());
    try {
      await before?.();
      if (await this.launchInOwnUnit(prepared)) return;
      await startDetached(prepared, (pid, exitCode, signal) =>
        this.exits.set(pid, { exitCode, isSignal: signal !== null }),
      );
    } finally {
      await prepared.close();
    }
  }

  /** False where there is no systemd, or it refuses: better in the agent's control group than not at all. */
  private async launchInOwnUnit({ cwd, logFd, pidFile }: PreparedStart): Promise<boolean> {
    const own = canHaveOwnUnit() ? await startInOwnUnit(this.settings, { cwd, logFd }, this.run) : undefined;
    if (own === undefined) return false;
    this.units.clear();
    this.units.set(own.pid, own.unit);
    pidFile.write({ pid: own.pid, startTime: startTimeOf(own.pid) });
    return true;
  }

  /** The holder of the this.port if it is of our command, else the one of the pid file, else the oldest of our command. */
  private async findService(last: ProcessIdentity | undefined): Promise<ProcessRecord | undefined> {
    const recorded = await this.findRecorded(last);
    const candidates = await this.findCandidates();
    if (recorded !== undefined && candidates.every(({ pid }) => pid === recorded.pid)) return recorded;
    const pids = candidates.length > 0 ? (await findListener(this.port)).pids : [];
    return candidates.find(({ pid }) => pids.includes(pid)) ?? recorded ?? candidates.sort(byStart)[0];
  }

  private async findCandidates(): Promise<ProcessRecord[]> {
    return await findByCommand(
      this.settings.command,
      await this.folder().catch(() => this.settings.cwd),
      await this.owner(),
    );
  }

  /** Whoever can write the pid file must not be able to name a process of somebody else. */
  private async findRecorded(last: ProcessIdentity | undefined): Promise<ProcessRecord | undefined> {
    const recorded = last === undefined ? undefined : await findSame(last);
    if (recorded === undefined || recorded.pid <= 1 || recorded.pid === process.pid) return undefined;
    return recorded.uid === (await this.owner()) ? recorded : undefined;
  }

  private async owner(): Promise<number | null> {
    if (this.settings.user !== undefined) return (await findUser(this.settings.user)).uid;
    return process.getuid?.() ?? null;
  }

  private async folder(): Promise<string> {
    try {
      return await realpath(this.settings.cwd);
    } catch (err) {
      throw new HostError('NotConfigured', `${this.settings.cwd}: ${errorText(err)}; correct kingfisher.manager.cwd`);
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
