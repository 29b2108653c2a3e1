import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createFence } from '../../../src/host/fence';
import type { ChangePermit } from '../../../src/shared/permit';
import { useTempFolder } from './support/temp-folder';

const folder = useTempFolder();
const state = (name = '') => folder.path('state', name);
const pauseFile = () => folder.path('paused');
const fence = () => createFence({ stateDir: state(), pauseFile: pauseFile() });

function change(token: number, kind: ChangePermit['kind'] = 'change'): ChangePermit {
  return { kind, token, holder: 'incident/A/h1' };
}

function written(): number {
  return (JSON.parse(readFileSync(state('fence.json'), 'utf8')) as { token: number }).token;
}

describe('the fence of a host', () => {
  it('lets a change without a token pass where none was ever seen, and keeps nothing of it', async () => {
    await fence().enter(change(0));
    expect(existsSync(state())).toBe(false);
  });

  it('remembers the newest token, for its user alone, and leaves nothing else behind', async () => {
    await fence().enter(change(7));
    expect(written()).toBe(7);
    expect(statSync(state('fence.json')).mode & 0o777).toBe(0o600);
    expect(statSync(state()).mode & 0o777).toBe(0o700);
    expect(readdirSync(state())).toEqual(['fence.json']);
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

  it('tells an agent that slept that another one took a newer token', async () => {
    const slept = fence();
    await slept.enter(change(7));
    expect(() => slept.check(change(7))).not.toThrow();
    await fence().enter(change(8));
    expect(() => slept.check(change(7))).toThrow('token 7 is older than 8');
  });

  it('keeps the newest of many that come at the same time', async () => {
    const tokens = Array.from({ length: 30 }, (_, at) => at + 1).sort((a, b) => ((a * 7) % 31) - ((b * 7) % 31));
    await Promise.allSettled(tokens.map(async (token) => await fence().enter(change(token))));
    expect(written()).toBe(30);
    expect(readdirSync(state())).toEqual(['fence.json']);
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"token": 12'],
    ['no token', '{}'],
    ['not a number', '{"token": "7"}'],
    ['0', '{"token": 0}'],
    ['too long', `{"token": 7, "x": "${'x'.repeat(2_000)}"}`],
  ])('makes no change by a file that is %s, and says how to mend it', async (_what, content) => {
    mkdirSync(state(), { mode: 0o700 });
    writeFileSync(state('fence.json'), content);
    const refused = fence().enter(change(1_000));
    await expect(refused).rejects.toMatchObject({ failure: 'ObservationFailed' });
    await expect(refused).rejects.toThrow(/fence\.json cannot be used .*remove it/);
    await fence().enter(change(0, 'undo'));
    expect(readFileSync(state('fence.json'), 'utf8')).toBe(content);
  });

  it('follows no link, neither for the file nor for its folder', async () => {
    mkdirSync(state(), { mode: 0o700 });
    writeFileSync(folder.path('elsewhere'), '{"token": 1}');
    symlinkSync(folder.path('elsewhere'), state('fence.json'));
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
    symlinkSync(folder.path('victim'), state('fence.json.new'));
    await fence().enter(change(5));
    expect(written()).toBe(5);
    expect(existsSync(folder.path('victim'))).toBe(false);
    expect(lstatSync(state('fence.json')).isFile()).toBe(true);
  });

  it('trusts no folder that others may write to', async () => {
    mkdirSync(state());
    chmodSync(state(), 0o777);
    await expect(fence().enter(change(5))).rejects.toThrow('mode 0700');
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
