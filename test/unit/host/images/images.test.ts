import { execFileSync } from 'node:child_process';
import {
  chmod,
  cp,
  link,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { encode } from 'jpeg-js';
import { PNG } from 'pngjs';
import { createCorruptImageActivities } from '../../../../src/activities/host/pipeline/corrupt-images';
import type { KingfisherSettings } from '../../../../src/host/agent-settings';
import { checkDecoder, decodeImages } from '../../../../src/host/images/decode-images';
import { openQuarantine } from '../../../../src/host/images/quarantine';
import { runCommand } from '../../../../src/host/programs/commands';
import { listUsers } from '../../../../src/host/programs/users';
import { createRedactor } from '../../../../src/host/redact';
import { createLedger } from '../../../../src/host/ledger/ledger';
import { createServiceManagers } from '../../../../src/host/services/service-managers';
import { PERMIT } from '../../../support/scripted/permit';
import { asChangeOf, hostSettings } from '../../activities/support/host';
import { compileAgent } from '../support/compiled';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const HOUR_MS = 3_600_000;
const [width, height] = [40, 30];
const pixels = Buffer.alloc(width * height * 4, 90);

const jpeg = () => Buffer.from(encode({ data: pixels, width, height }, 80).data);
function png(): Buffer {
  const image = new PNG({ width, height });
  pixels.copy(image.data);
  return PNG.sync.write(image);
}

/** A PNG that says that it is larger than it may be. */
function huge(): Buffer {
  const bytes = png();
  bytes.writeUInt32BE(60_000, 16);
  bytes.writeUInt32BE(60_000, 20);
  return bytes;
}

const FILES: Record<string, [Buffer | string, 'good' | 'corrupt' | 'unknown']> = {
  'good.jpg': [jpeg(), 'good'],
  'a picture with another name.jpg': [png(), 'good'],
  'half.jpg': [jpeg().subarray(0, jpeg().length / 2), 'corrupt'],
  'half.png': [png().subarray(0, png().length / 2), 'corrupt'],
  'text.jpg': ['<html>404</html>', 'corrupt'],
  'empty.jpg': ['', 'corrupt'],
  'gif.jpg': ['GIF89a and more', 'unknown'],
  'huge.png': [huge(), 'unknown'],
};

let user = '';
let program = '';
beforeEach(async () => {
  user = (await listUsers()).find(({ uid }) => uid === process.getuid?.())!.name;
  compileAgent(folder.path('agent'));
  await bringOwnPackages(folder.path('agent'));
  program = folder.path('agent/host/images/decode-program.js');
});

/** Another user's decoder may have no way to the packages of this project: they can be below /root. */
async function bringOwnPackages(agent: string): Promise<void> {
  await rm(path.join(agent, 'node_modules'));
  for (const name of ['jpeg-js', 'pngjs']) {
    const from = path.dirname(require.resolve(`${name}/package.json`));
    await cp(from, path.join(agent, 'node_modules', name), { recursive: true });
  }
}

async function write(name: string, bytes: Buffer | string, at = new Date(Date.now() - 60_000)): Promise<string> {
  const file = folder.path('data/images', name);
  await mkdir(folder.path('data/images'), { recursive: true });
  await writeFile(file, bytes);
  await utimes(file, at, at);
  return file;
}

function agentOf(more: Partial<KingfisherSettings> = {}) {
  const settings = hostSettings(folder.path(), { user, quarantineDir: folder.path('data/quarantine'), ...more });
  const redact = createRedactor([]);
  const deps = {
    ...{ settings, redact, run: runCommand, findManager: createServiceManagers(settings, runCommand, redact) },
    ...{ asChange: asChangeOf(settings), ledger: createLedger(settings) },
  };
  return { settings, ...createCorruptImageActivities(deps, program) };
}

const decoding = (more = {}) => ({ run: runCommand, user, timeoutMs: 30_000, program, ...more });

describe('the decoder', () => {
  it('judges images by what they are, whatever their names are', async () => {
    const paths = await Promise.all(Object.entries(FILES).map(([name, [bytes]]) => write(name, bytes)));
    const decoded = await decodeImages(paths, decoding());
    const verdicts = Object.fromEntries(Object.keys(FILES).map((name, at) => [name, decoded[at]!.verdict]));
    expect(verdicts).toEqual(Object.fromEntries(Object.entries(FILES).map(([name, [, verdict]]) => [name, verdict])));
  });

  it('knows nothing of what it cannot open, of a link, and of a folder', async () => {
    const good = await write('good.jpg', jpeg());
    await symlink(good, folder.path('link.jpg'));
    const paths = [folder.path('none.jpg'), folder.path('link.jpg'), folder.path('data')];
    const verdicts = (await decodeImages(paths, decoding())).map(({ verdict }) => verdict);
    expect(verdicts).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('goes on after an image that ends it, which proves nothing', async () => {
    const killer = folder.path('killer.js');
    const own = `const paths = require('fs').readFileSync(0, 'utf8').split('\\0').filter(Boolean);
      paths.forEach((path, index) => {
        console.log(JSON.stringify({ begins: index }));
        if (path.includes('bad')) process.kill(process.pid, 'SIGKILL');
        console.log(JSON.stringify({ index, verdict: 'good', why: '' }));
      });`;
    await writeFile(killer, own);
    const decoded = await decodeImages(['/a', '/bad', '/b'], decoding({ program: killer }));
    expect(decoded.map(({ verdict }) => verdict)).toEqual(['good', 'unknown', 'good']);
    expect(decoded[1]!.why).toContain('SIGKILL');
  });

  it('runs with limits of processor, memory and files', async () => {
    const limits = folder.path('limits.js');
    const why = `require('fs').readFileSync('/proc/self/limits', 'utf8')`;
    await writeFile(
      limits,
      `console.log('{"begins":0}'); console.log(JSON.stringify({ index: 0, verdict: 'good', why: ${why} }))`,
    );
    const [told] = await decodeImages(['/a'], decoding({ program: limits }));
    expect(told!.why).toMatch(/Max cpu time\s+60 /);
    expect(told!.why).toMatch(/Max data size\s+1073741824 /);
    expect(told!.why).toMatch(/Max file size\s+0 /);
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot('has the rights of the user that is named, and none of root', async () => {
    const { uid } = (await listUsers()).find(({ name }) => name === 'nobody')!;
    const who = folder.path('who.js');
    const script =
      "console.log('{\"begins\":0}'); console.log(JSON.stringify({ index: 0, verdict: 'good', why: `${process.getuid()} ${process.getgroups()}` }))";
    await writeFile(who, script);
    await chmod(folder.path(), 0o755);
    const secret = await write('secret.jpg', jpeg());
    await chmod(secret, 0o600);
    const [told] = await decodeImages(['/a'], decoding({ program: who, user: 'nobody' }));
    expect(told!.why).toMatch(new RegExp(`^${uid} (?!.*\\b0\\b)`));
    const [unread] = await decodeImages([secret], decoding({ user: 'nobody' }));
    expect(unread).toMatchObject({ verdict: 'unknown', why: 'cannot be opened: EACCES' });
  });

  asRoot('is known beforehand to run as its user, or why it does not', async () => {
    await chmod(folder.path(), 0o755);
    expect(await checkDecoder(decoding({ user: 'nobody' }))).toBeUndefined();
    await chmod(folder.path(), 0o700);
    const denied = checkDecoder(decoding({ user: 'nobody' }));
    await expect(denied).rejects.toThrow(/^images cannot be decoded: exit code 1, Error: (?:Cannot find|EACCES)/);
  });

  it('of which nothing comes is an error, and no folder without corrupt images', async () => {
    const asked = decodeImages(['/a'], decoding({ program: folder.path('none.js') }));
    await expect(asked).rejects.toMatchObject({
      failure: 'ObservationFailed',
      message: expect.stringMatching(/exit code 1, Error: Cannot find module .*none\.js/),
    });
    const nobody = decodeImages(['/a'], decoding({ user: 'nobody-of-this-host' }));
    await expect(nobody).rejects.toMatchObject({ failure: 'NotConfigured' });
  });
});

describe('corrupt images', () => {
  it('are those of the time that is asked for; what is old, young, a link or temporary is left out', async () => {
    const bad = await write('bad.jpg', 'no image');
    await write('old.jpg', 'no image');
    const old = new Date(Date.now() - 2 * HOUR_MS);
    await utimes(folder.path('data/images/old.jpg'), old, old);
    await writeFile(folder.path('data/images/being-written.jpg'), 'no im');
    await symlink(bad, folder.path('data/images/link.jpg'));
    await write('two.jpg', 'no image');
    await link(folder.path('data/images/two.jpg'), folder.path('data/two.jpg'));
    await write('part.tmp', 'no image');
    const seen = await agentOf().observeCorruptImages({ withinMs: HOUR_MS });
    expect(seen).toEqual({
      ...{ looked: 1, corrupt: 1, unknown: 0, partial: '1 more was not looked at' },
      examples: [{ image: 'bad.jpg', why: 'no image' }],
    });
  });

  it('that are the youngest of all are waited for until they are whole', async () => {
    await write('good.jpg', jpeg());
    await write('bad.jpg', 'no image', new Date(Date.now() - 9_500));
    const seen = await agentOf().observeCorruptImages({ withinMs: HOUR_MS });
    expect(seen).toMatchObject({ looked: 2, corrupt: 1, partial: '', examples: [{ image: 'bad.jpg' }] });
  });

  it('are looked at where their clock was ahead', async () => {
    await write('bad.jpg', 'no image', new Date(Date.now() + HOUR_MS));
    expect(await agentOf().observeCorruptImages({ withinMs: HOUR_MS })).toMatchObject({ corrupt: 1, partial: '' });
  });

  it('of a folder that is not there are none, and nothing is decoded', async () => {
    expect(await agentOf().observeCorruptImages({ withinMs: HOUR_MS })).toMatchObject({ looked: 0, corrupt: 0 });
  });

  it('are moved with a manifest, and put back as they were', async () => {
    const good = await write('good.jpg', jpeg());
    const bad = await write('bad.jpg', 'no image');
    await chmod(bad, 0o640);
    const { settings, ensureImagesQuarantined } = agentOf();
    const change = await ensureImagesQuarantined({ withinMs: HOUR_MS, permit: PERMIT });
    expect(change).toMatchObject({ changed: true, before: { corrupt: 1 }, after: { corrupt: 0 }, notes: [] });
    expect(await readdir(folder.path('data/images'))).toEqual(['good.jpg']);
    expect(await readFile(good)).toEqual(jpeg());
    const quarantine = openQuarantine(settings);
    const [entry] = await quarantine.list();
    const sha256 = execFileSync('/usr/bin/sha256sum', [
      folder.path('data/quarantine', `${entry!.id}.image`),
    ]).toString();
    expect(entry).toMatchObject({ path: bad, why: 'no image', mode: 0o640, bytes: 8, by: PERMIT.holder });
    expect(sha256.startsWith(entry!.sha256)).toBe(true);
    expect((await stat(folder.path('data/quarantine'))).mode & 0o777).toBe(0o700);
    expect(await ensureImagesQuarantined({ withinMs: HOUR_MS, permit: PERMIT })).toMatchObject({ changed: false });
    expect(await quarantine.restore(entry!.id)).toMatchObject({ path: bad });
    expect(await readFile(bad, 'utf8')).toBe('no image');
    expect((await stat(bad)).mode & 0o777).toBe(0o640);
    expect(await quarantine.list()).toEqual([]);
    expect(await readdir(folder.path('data/quarantine'))).toEqual([]);
  });

  it('more than the limit are all left where they are', async () => {
    for (const name of ['a', 'b', 'c']) await write(`${name}.jpg`, 'no image');
    const asked = agentOf({ quarantineLimit: 2 }).ensureImagesQuarantined({ withinMs: HOUR_MS, permit: PERMIT });
    await expect(asked).rejects.toMatchObject({ type: 'UnsafeSelector' });
    expect(await readdir(folder.path('data/images'))).toHaveLength(3);
  });

  it('are not moved through a link in place of the folder of images', async () => {
    await write('bad.jpg', 'no image');
    await rename(folder.path('data/images'), folder.path('elsewhere'));
    await symlink(folder.path('elsewhere'), folder.path('data/images'));
    const asked = agentOf().ensureImagesQuarantined({ withinMs: HOUR_MS, permit: PERMIT });
    await expect(asked).rejects.toMatchObject({ type: 'UnsafeSelector' });
    expect(await readdir(folder.path('elsewhere'))).toEqual(['bad.jpg']);
  });

  it('replace nothing when they are put back, and an id that is none names nothing', async () => {
    const bad = await write('bad.jpg', 'no image');
    const { settings, ensureImagesQuarantined } = agentOf();
    await ensureImagesQuarantined({ withinMs: HOUR_MS, permit: PERMIT });
    await writeFile(bad, 'a new one');
    const quarantine = openQuarantine(settings);
    const [entry] = await quarantine.list();
    await expect(quarantine.restore(entry!.id)).rejects.toMatchObject({ failure: 'UnsafeSelector' });
    expect(await readFile(bad, 'utf8')).toBe('a new one');
    expect(await quarantine.list()).toHaveLength(1);
    expect(await quarantine.restore('../../etc/passwd')).toBeUndefined();
    expect(await quarantine.restore('0'.repeat(16))).toBeUndefined();
  });
});
