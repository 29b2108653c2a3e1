import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from './daemon';
import { projectDir } from './project';
import { freePorts } from './temporal/ports';

const PROGRAM = ['dist', 'lab', 'kingfisher', 'kingfisher.js'];
const READY_WITHIN_MS = 10_000;

/** KingFisher's stand-in as a plain process, "running manually" as the document has it, without its dependencies. */
export class PlainKingfisher {
  private constructor(
    private readonly firstPid: number | undefined,
    readonly baseUrl: string,
    /** `agent:` of halcyon.yaml for the host that it runs on. */
    readonly agent: { host: string; stateDir: string; pauseFile: string; kingfisher: { manager: { pidFile: string } } },
  ) {}

  /** Starts it in `directory` and waits until it is ready. */
  static async start(directory: string, host: string): Promise<PlainKingfisher> {
    const [port = 0] = await freePorts(1);
    const place = layOut(directory);
    const baseUrl = `http://127.0.0.1:${port}`;
    const env = {
      KINGFISHER_PORT: String(port),
      KINGFISHER_CONFIG: place.config,
      KINGFISHER_DATA: place.data,
      KINGFISHER_DEPENDENCIES: '',
    };
    const command = [process.execPath, join(projectDir, ...PROGRAM)];
    const manager = { type: 'process', command, cwd: directory, logFile: place.log, pidFile: place.pidFile, env };
    const agent = {
      host,
      // Its own: whoever runs it need not be root.
      stateDir: join(directory, 'agent'),
      pauseFile: join(directory, 'run', 'paused'),
      kingfisher: {
        manager,
        baseUrl,
        // Nobody's processes but those in the folder: this machine's own are not KingFisher's.
        user: 'kingfisher',
        installDir: directory,
        dataDir: place.data,
        logFile: place.log,
        tempDirs: [join(place.data, 'temp')],
      },
    };
    const log = openSync(place.log, 'a');
    const child = spawn(command[0]!, command.slice(1), {
      cwd: directory,
      env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.unref();
    const kingfisher = new PlainKingfisher(child.pid, baseUrl, agent);
    for (const deadline = Date.now() + READY_WITHIN_MS; !(await answers(`${baseUrl}/ready`)); await sleep(25)) {
      if (Date.now() < deadline) continue;
      child.kill('SIGKILL');
      throw new Error(`KingFisher is not ready: ${readFileSync(place.log, 'utf8').slice(-500)}`);
    }
    return kingfisher;
  }

  /** Sends a signal to the process that serves at the moment. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    process.kill(await this.pid(), signal);
  }

  /** Ends it, whoever started it last and however it hangs. No error when it is gone. */
  async stop(): Promise<void> {
    for (const pid of new Set([this.firstPid, this.recordedPid()])) {
      if (pid !== undefined && isKingfisher(pid)) process.kill(pid, 'SIGKILL');
    }
  }

  private async pid(): Promise<number> {
    const response = await fetch(`${this.baseUrl}/health`, { signal: AbortSignal.timeout(2_000) });
    return ((await response.json()) as { pid: number }).pid;
  }

  /** What the agent wrote down when it started it anew. */
  private recordedPid(): number | undefined {
    const { pidFile } = this.agent.kingfisher.manager;
    return existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : undefined;
  }
}

/** A pid may have been given to somebody else since. */
function isKingfisher(pid: number): boolean {
  return spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' }).stdout.includes(PROGRAM.join('/'));
}

function layOut(directory: string) {
  const data = join(directory, 'data');
  for (const folder of ['config', 'log', 'run', 'data/temp', 'data/images/temp']) {
    mkdirSync(join(directory, folder), { recursive: true });
  }
  const config = join(directory, 'config', 'kingfisher.json');
  writeFileSync(config, JSON.stringify({ openai: { max_qps: 8 }, orchestrator: { max_workers: 8 } }));
  const log = join(directory, 'log', 'service.log');
  return { config, data, log, pidFile: join(directory, 'run', 'kingfisher.pid') };
}
