/** A throw-away host with a real systemd, from the outside. `docs/lab.md` says what is in it. */
import { spawnSync } from 'node:child_process';
import { hasAptGet, missingPackages } from './packages';
import { hostFile, labPrograms, projectDir } from './project';
import { freePorts } from './temporal/ports';
import { run, type RunOptions, type RunResult } from './support/run';

export interface LabHostOptions {
  /** Images of 20 KB in today's folder. @default 50 */
  images?: number;
  /** Most that the host may write, `3g`. It is memory. @default '3g' */
  size?: string;
  /** Size of KingFisher's data file system. @default '256m' */
  dataSize?: string;
}

const AGENT = 'halcyon-agent.service';
const AGENT_START_MS = 20_000;
const POLL_MS = 50;
/** A connection that `reverse` took and could not pass on is closed at once: it must be seen more than once to count. */
const AGENT_STEADY_POLLS = 3;

/** Why this machine cannot run a lab host, in one line; null when it can. Missing packages that apt can get are no reason. */
export function labUnavailable(): string | null {
  if (process.platform !== 'linux') return `the lab needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the lab needs root: it makes namespaces, mounts and cgroups';
  if (!hasAptGet()) {
    const missing = missingPackages();
    if (missing.length > 0) return `the lab needs these packages, and there is no apt-get: ${missing.join(', ')}`;
  }
  const check = spawnSync('bash', [hostFile('lab-host.sh'), 'check'], { encoding: 'utf8' });
  if (check.status === 0) return null;
  return check.stdout.trim() || check.stderr.trim() || String(check.error ?? 'the check of this machine failed');
}

/** One running host. Always end it with `down()`. */
export class LabHost {
  private constructor(readonly name: string) {}

  /**
   * Boots a host and resolves when KingFisher and its dependencies are ready; takes about 9 s.
   *
   * @throws Error with what is not ready. Nothing is left behind then.
   */
  static async up(name: string, options: LabHostOptions = {}): Promise<LabHost> {
    const programs = labPrograms();
    const args = ['--project', projectDir, '--node', process.execPath, '--programs', programs.dir];
    args.push('--packages', programs.packages.join(' '));
    if (options.images !== undefined) args.push('--images', String(options.images));
    if (options.size !== undefined) args.push('--size', options.size);
    if (options.dataSize !== undefined) args.push('--data-size', options.dataSize);
    try {
      await script(['up', name, ...args]);
    } catch (error) {
      // A host that was there before is somebody else's.
      if (!String(error).includes('take it down first')) await script(['down', name]);
      throw error;
    } finally {
      programs.dispose();
    }
    return new LabHost(name);
  }

  /** A host that was booted before. Throws when it is not up. */
  static async attach(name: string): Promise<LabHost> {
    await script(['exec', name, 'true']);
    return new LabHost(name);
  }

  /**
   * Runs a program as root inside.
   *
   * @throws RunError on an exit code other than 0, unless `check` is false.
   */
  exec(argv: string[], options: RunOptions = {}): Promise<RunResult> {
    return script(['exec', this.name, ...argv], options);
  }

  /** `systemctl` inside; rejects as `exec` does. */
  systemctl(...args: string[]): Promise<RunResult> {
    return this.exec(['systemctl', ...args]);
  }

  /** Lets this machine reach the host's 127.0.0.1:`port`; resolves to the port on this machine's 127.0.0.1. */
  async forward(port: number): Promise<number> {
    const [local = 0] = await freePorts(1);
    await script(['forward', this.name, String(port), String(local)]);
    return local;
  }

  /** Lets the host reach this machine's 127.0.0.1:`outsidePort` at its own 127.0.0.1:`port`. */
  async reverse(port: number, outsidePort: number): Promise<void> {
    await script(['reverse', this.name, String(port), String(outsidePort)]);
  }

  /**
   * Starts the agent and resolves when it has a connection to Temporal; `reverse(7233, …)` comes first.
   *
   * @throws Error with the end of its journal when it has none within 20 s.
   */
  async startAgent(): Promise<void> {
    await this.systemctl('start', AGENT);
    const deadline = Date.now() + AGENT_START_MS;
    for (let seen = 0; seen < AGENT_STEADY_POLLS;) {
      seen = (await this.agentConnected()) ? seen + 1 : 0;
      const gaveUp = (await this.property(AGENT, 'ActiveState')) === 'failed';
      if (gaveUp || Date.now() > deadline)
        throw new Error(`the agent did not start:\n${await this.journal(AGENT, 20)}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** One property of a unit, as `systemctl show` prints it. */
  async property(unit: string, name: string): Promise<string> {
    return (await this.systemctl('show', '--value', `--property=${name}`, unit)).stdout.trim();
  }

  /** Every start that systemd made of this unit since boot, by InvocationID, oldest first. */
  async invocationHistory(unit: string): Promise<string[]> {
    // What systemd itself (pid 1) logged about the unit, not what the unit logged.
    const match = ['_PID=1', `UNIT=${unit.includes('.') ? unit : `${unit}.service`}`];
    // All that was logged before this moment must be in the journal that we read.
    await this.exec(['journalctl', '--sync']);
    const { stdout } = await this.exec([
      'journalctl',
      '--boot',
      '--output=json',
      '--output-fields=INVOCATION_ID',
      ...match,
    ]);
    const ids = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { INVOCATION_ID?: string }).INVOCATION_ID);
    return [...new Set(ids.filter((id) => id !== undefined))];
  }

  /** The last lines of a unit's journal. */
  async journal(unit: string, lines: number): Promise<string> {
    return (await this.exec(['journalctl', '--no-pager', `--lines=${lines}`, `--unit=${unit}`])).stdout;
  }

  /** Ends the host and removes every trace of it. Harmless when it is down already. */
  async down(): Promise<void> {
    await script(['down', this.name]);
  }

  private async agentConnected(): Promise<boolean> {
    const pid = await this.property(AGENT, 'MainPID');
    if (pid === '0') return false;
    const { stdout } = await this.exec(['ss', '-tnpH', 'state', 'established', 'dst', '127.0.0.1:7233']);
    return stdout.includes(`pid=${pid},`);
  }
}

function script(args: string[], options?: RunOptions): Promise<RunResult> {
  return run('bash', [hostFile('lab-host.sh'), ...args], options);
}
