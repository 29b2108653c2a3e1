import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFence, newestIn } from '../../../../src/host/fence/fence';
import { isPermit } from '../../../../src/shared/safety/permit';
import type { ChangePermit } from '../../../../src/shared/safety/permit';
import { compileAgent } from '../support/compiled';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const state = (name = '') => folder.path('state', name);
const pauseFile = () => folder.path('paused');
const fence = () => createFence({ stateDir: state(), pauseFile: pauseFile() });

function change(token: number, kind: ChangePermit['kind'] = 'change'): ChangePermit {
  return { kind, token, holder: 'incident/A/h1' };
}

function written(): number | undefined {
  return newestIn(state('fence'))?.token;
}

const SLOT_BYTES = 4_096;

/** Writes into the file, as a write that a loss of power cut. */
function tear(at: number, bytes: string): void {
  const fd = openSync(state('fence'), 'r+');
  writeSync(fd, bytes, at);
  closeSync(fd);
}

describe('the fence of a host', () => {
  it('writes a token once, however many changes of its holder begin at the same time', async () => {
    await Promise.all([fence().enter(change(7)), fence().enter(change(7)), fence().enter(change(7))]);
    expect(readFileSync(state('fence'), 'utf8')).toContain('"serial":1,');
  });

  it('lets a change without a token pass where none was ever seen, and keeps nothing of it', async () => {
    await fence().enter(change(0));
    expect(existsSync(state())).toBe(false);
  });

  it('remembers the newest token, for its user alone, and leaves nothing else behind', async () => {
    await fence().enter(change(7));
    expect(written()).toBe(7);
    expect(statSync(state('fence')).mode & 0o777).toBe(0o600);
    expect(statSync(state()).mode & 0o777).toBe(0o700);
    expect(readdirSync(state())).toEqual(['fence']);
  });

  it('refuses an older token, and none at all, also for an agent that starts anew', async () => {
    await fence().enter(change(7));
    for (const token of [0, 6]) {
      const refused = fence().enter(change(token));
      await expect(refused).rejects.toMatchObject({ failure: 'StaleToken' });
      await expect(refused).rejects.toThrow(`token ${token} is older than 7`);
    }
    await fence().enter(change(7));
    await fence().enter(change(8));
    expect(written()).toBe(8);
  });

  it('stays open: neither a token at the end of all numbers nor an endless holder gets into its record', async () => {
    await fence().enter(change(7));
    for (const token of [Number.MAX_SAFE_INTEGER, 7 + 2 ** 32 + 1]) {
      await expect(fence().enter(change(token))).rejects.toMatchObject({ failure: 'NoPermit' });
    }
    expect(isPermit({ ...change(8), holder: 'x'.repeat(1_100) })).toBe(false);
    await fence().enter({ ...change(8), holder: '\u0001'.repeat(500) });
    await fence().enter(change(8 + 2 ** 32));
    expect(written()).toBe(8 + 2 ** 32);
  });

  it('knows one holder of one token: a guard that lost all it knew may give the same again', async () => {
    await fence().enter(change(7));
    const refused = fence().enter({ ...change(7), holder: 'incident/B/h1' });
    await expect(refused).rejects.toMatchObject({ failure: 'StaleToken' });
    await expect(refused).rejects.toThrow('token 7 is that of incident/A/h1');
    expect(fence().newest()).toMatchObject({ token: 7, holder: 'incident/A/h1' });
  });

  it('tells an agent that slept that another one took a newer token', async () => {
    const slept = fence();
    await slept.enter(change(7));
    expect(() => slept.check(change(7))).not.toThrow();
    await fence().enter(change(8));
    expect(() => slept.check(change(7))).toThrow('token 7 is older than 8');
  });

  it('keeps the newest of many that come at the same time', async () => {
    const tokens = Array.from({ length: 12 }, (_, at) => at + 1).sort((a, b) => ((a * 7) % 13) - ((b * 7) % 13));
    await Promise.allSettled(tokens.map(async (token) => await fence().enter(change(token))));
    expect(written()).toBe(12);
    expect(readdirSync(state())).toEqual(['fence']);
  });

  it('makes its file before it is needed, and leaves one that is there as it is', async () => {
    await fence().prepare();
    expect(written()).toBe(0);
    await fence().enter(change(7));
    await fence().prepare();
    expect(written()).toBe(7);
    expect(readdirSync(state())).toEqual(['fence']);
  });

  it('overwrites its file in place: the same file, of the same size', async () => {
    await fence().prepare();
    const before = statSync(state('fence'));
    for (const token of [7, 8, 4_000_000_000]) await fence().enter(change(token));
    const after = statSync(state('fence'));
    expect([after.ino, after.size, after.blocks]).toEqual([before.ino, before.size, before.blocks]);
    expect(written()).toBe(4_000_000_000);
  });

  it.each([
    ['the first half', 0],
    ['the second half', SLOT_BYTES],
  ])('believes the other record when %s was torn, and mends it', async (_what, at) => {
    await fence().enter(change(7));
    tear(at + 5, 'torn');
    await expect(fence().enter(change(6))).rejects.toMatchObject({ failure: 'StaleToken' });
    await fence().enter(change(8));
    // Both are whole again.
    tear(SLOT_BYTES - at + 5, 'torn');
    expect(written()).toBe(8);
  });

  it('makes no change when both records are torn', async () => {
    await fence().enter(change(7));
    for (const at of [0, SLOT_BYTES]) tear(at + 5, 'torn');
    await expect(fence().enter(change(1_000))).rejects.toThrow(
      /fence cannot be used \(it holds no whole record\).*remove it/,
    );
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"token": 12'],
    ['without its checksum', `{"token": 7}\n`.padEnd(2 * SLOT_BYTES)],
    ['with another checksum', `{"token": 7}\n${'0'.repeat(64)}\n`.padEnd(2 * SLOT_BYTES)],
    ['zeros', '\0'.repeat(2 * SLOT_BYTES)],
    ['too long', 'x'.repeat(2 * SLOT_BYTES + 1)],
  ])('makes no change by a file that is %s, and says how to mend it', async (_what, content) => {
    mkdirSync(state(), { mode: 0o700 });
    writeFileSync(state('fence'), content);
    const refused = fence().enter(change(1_000));
    await expect(refused).rejects.toMatchObject({ failure: 'ObservationFailed' });
    await expect(refused).rejects.toThrow(/fence cannot be used .*remove it/);
    await fence().enter(change(0, 'undo'));
    expect(readFileSync(state('fence'), 'utf8')).toBe(content);
  });

  it('follows no link, neither for the file nor for its folder', async () => {
    mkdirSync(state(), { mode: 0o700 });
    writeFileSync(folder.path('elsewhere'), '{"token": 1}');
    symlinkSync(folder.path('elsewhere'), state('fence'));
    await expect(fence().enter(change(5))).rejects.toMatchObject({ failure: 'ObservationFailed' });
    expect(readFileSync(folder.path('elsewhere'), 'utf8')).toBe('{"token": 1}');

    mkdirSync(folder.path('real'), { mode: 0o700 });
    symlinkSync(folder.path('real'), folder.path('linked'));
    const linked = createFence({ stateDir: folder.path('linked'), pauseFile: pauseFile() });
    await expect(linked.enter(change(5))).rejects.toThrow('cannot keep the fencing token');
    expect(readdirSync(folder.path('real'))).toEqual([]);
  });

  it('writes past what a killed agent left, and not through it', async () => {
    mkdirSync(state(), { mode: 0o700 });
    symlinkSync(folder.path('victim'), state('fence.new'));
    await fence().enter(change(5));
    expect(written()).toBe(5);
    expect(existsSync(folder.path('victim'))).toBe(false);
    expect(lstatSync(state('fence')).isFile()).toBe(true);
  });

  it('trusts no folder that others may write to', async () => {
    mkdirSync(state());
    chmodSync(state(), 0o777);
    await expect(fence().enter(change(5))).rejects.toThrow('mode 0700');
  });
});

/** Enters with each of these tokens, one after the other; a refusal is no error. */
const AGENT = `
  const { createFence } = require('./host/fence/fence');
  const [stateDir, ...tokens] = process.argv.slice(2);
  const fence = createFence({ stateDir, pauseFile: '/nowhere/paused' });
  (async () => {
    for (const token of tokens) {
      await fence.enter({ kind: 'change', token: Number(token), holder: 'incident/A/h1' }).catch(({ failure }) => {
        if (failure !== 'StaleToken') process.exitCode = 1;
      });
    }
  })();
`;

describe('two agents of one host', () => {
  const compiled = mkdtempSync(path.join(tmpdir(), 'halcyon-fence-'));
  beforeAll(() => {
    compileAgent(compiled);
    writeFileSync(path.join(compiled, 'agent.js'), AGENT);
  });
  afterAll(() => rmSync(compiled, { recursive: true, force: true }));

  it('never take a token back, whoever comes first', async () => {
    const all = [0, 1, 2].map((first) => {
      const tokens = Array.from({ length: 20 }, (_, at) => String(1 + first + at * 3));
      return spawn(process.execPath, [path.join(compiled, 'agent.js'), state(), ...tokens], { stdio: 'inherit' });
    });
    let newest = 0;
    const looking = setInterval(() => {
      const token = written() ?? 0;
      expect(token).toBeGreaterThanOrEqual(newest);
      newest = token;
    }, 1);
    const codes = await Promise.all(all.map(async (child) => ((await once(child, 'exit')) as [number])[0]));
    clearInterval(looking);
    expect(codes).toEqual([0, 0, 0]);
    expect(written()).toBe(60);
    expect(readdirSync(state())).toEqual(['fence']);
  });
});

const isRoot = process.getuid?.() === 0;
const whereMountsAre = isRoot && process.platform === 'linux' ? describe : describe.skip;

whereMountsAre('a full disk', () => {
  beforeEach(() => {
    mkdirSync(state(), { mode: 0o700 });
    const mounted = spawnSync('/usr/bin/mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', state()]);
    expect(mounted.status).toBe(0);
  });
  afterEach(() => spawnSync('/usr/bin/umount', [state()]));

  function fill(): void {
    const fd = openSync(state('runaway.log'), 'w');
    try {
      for (;;) writeSync(fd, Buffer.alloc(4_096, 'x'));
    } catch {
      closeSync(fd);
    }
    expect(() => writeFileSync(state('one-more'), 'x')).toThrow('ENOSPC');
    rmSync(state('one-more'));
  }

  it('does not keep a newer token from its place', async () => {
    await fence().prepare();
    fill();
    await fence().enter(change(7));
    await fence().enter(change(8));
    expect(written()).toBe(8);
    expect(readdirSync(state()).sort()).toEqual(['fence', 'runaway.log']);
  });

  it('is what is wrong, and not the mode of a folder, where there was no room from the first', async () => {
    fill();
    const refused = fence().enter(change(7));
    await expect(refused).rejects.toMatchObject({ failure: 'DiskFull' });
    await expect(refused).rejects.toThrow(`${state()} (tmpfs) is full: 0 of 65536 bytes free`);
    await expect(refused).rejects.not.toThrow(/mode 0700/);
    expect(readdirSync(state())).toEqual(['runaway.log']);
    rmSync(state('runaway.log'));
    await fence().enter(change(7));
    expect(written()).toBe(7);
  });
});

describe('the pause file', () => {
  it('refuses every change while it is there, with its first line as the reason; an undo goes on', async () => {
    writeFileSync(pauseFile(), 'moving the database\nsecond line');
    const refused = fence().enter(change(9));
    await expect(refused).rejects.toMatchObject({ failure: 'Paused' });
    await expect(refused).rejects.toThrow(`${pauseFile()} (moving the database); remove it`);
    expect(existsSync(state())).toBe(false);
    await fence().enter(change(9, 'undo'));
  });

  it.each<[string, () => void]>([
    ['an empty file', () => writeFileSync(pauseFile(), '')],
    ['a folder', () => mkdirSync(pauseFile())],
    ['a link to nowhere', () => symlinkSync('/nowhere/at/all', pauseFile())],
    ['a link to a file that others may not read', () => symlinkSync(folder.path('secret'), pauseFile())],
  ])('pauses as %s too, and reads nothing through a link', (_what, make) => {
    writeFileSync(folder.path('secret'), 'password=hunter22');
    make();
    expect(() => fence().check(change(9))).toThrow('(no reason given)');
  });

  it('is unknown, and so no permission, where it cannot be looked for', () => {
    writeFileSync(folder.path('file'), '');
    const blind = createFence({ stateDir: state(), pauseFile: folder.path('file', 'paused') });
    expect(() => blind.check(change(9))).toThrow('cannot be looked for (ENOTDIR)');
  });
});
