import { createHash, randomUUID } from 'node:crypto';
import { link } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { Quarantine, QuarantinedImage } from '../../shared/observations/images/corrupt-images';
import type { AgentSettings } from '../agent-settings';
import { HostError, errorCode } from '../errors';
import type { ChangeContext } from '../fence/change-context';
import { openFolderOf, openFromRoot } from '../files/from-root';
import { inFolder, writeWhole } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import { writersOf } from '../files/writers';

const FOLDER_MODE = 0o700;
const MANIFEST_BYTES = 8 * 1024;
const ID = /^[0-9a-f]{16}$/;

const manifest = z.object({
  id: z.string().regex(ID),
  path: z.string(),
  why: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  uid: z.number(),
  gid: z.number(),
  mode: z.number(),
  modifiedAt: z.string(),
  quarantinedAt: z.string(),
  by: z.string(),
});

type Settings = Pick<AgentSettings, 'kingfisher'>;

/** An image that is to be moved, as it was when it was decoded. */
export interface Condemned {
  image: string;
  inode: number;
  mtimeMs: number;
  size: number;
  /** Masked and cut. */
  why: string;
}

/**
 * Moves one image into the quarantine, within its file system. False, with nothing moved, where another file has its name by
 * now. Its manifest is written first: an image without one could not be put back.
 *
 * @throws HostError `UnsafeSelector` where the way is not safe, or the quarantine is on another file system
 */
export async function quarantineImage(
  { kingfisher }: Settings,
  { image, inode, mtimeMs, size, why }: Condemned,
  { by, mayStillChange }: ChangeContext & { by: string },
): Promise<boolean> {
  const place = path.join(kingfisher.imagesDir, image);
  const writers = await writersOf(kingfisher);
  return await using(await openFolderOf(place, { writers }), async (from) => {
    const name = path.basename(place);
    const stat = await from.stat(name);
    const isSame = stat?.isFile() === true && stat.nlink === 1 && stat.ino === inode;
    if (!isSame || stat.mtimeMs !== mtimeMs || stat.size !== size) return false;
    const way = { writers, make: FOLDER_MODE };
    return await using(await openFromRoot(kingfisher.quarantineDir, way), async (to) => {
      if (to.device !== stat.dev) throw unsafe(`${kingfisher.quarantineDir} is on another file system than ${place}`);
      const sha256 = await digestOf(from, name);
      const id = createHash('sha256').update(`${place}\0${sha256}`).digest('hex').slice(0, 16);
      const entry: QuarantinedImage = {
        ...{ id, path: place, why, sha256, bytes: size, uid: stat.uid, gid: stat.gid, mode: stat.mode & 0o7777, by },
        ...{ modifiedAt: stat.mtime.toISOString(), quarantinedAt: new Date().toISOString() },
      };
      const names = { name: manifestName(id), unfinished: `.${randomUUID()}` };
      await writeWhole(to, names, `${JSON.stringify(entry, null, 2)}\n`);
      mayStillChange?.();
      await from.move(name, to, imageName(id));
      await to.handle.sync();
      return true;
    });
  });
}

/** What people can do with it on its host. */
export function openQuarantine(settings: Settings): Quarantine {
  const { kingfisher } = settings;
  const open = async () => await openFromRoot(kingfisher.quarantineDir, { writers: await writersOf(kingfisher) });
  return {
    list: async () => {
      const folder = await open();
      if (folder === undefined) return [];
      return await using(folder, async (there) => {
        const ids = (await there.names()).flatMap((name) => /^([0-9a-f]{16})\.json$/.exec(name)?.[1] ?? []);
        const all = await Promise.all(ids.map(async (id) => await readEntry(there, id)));
        const known = all.filter((one) => one !== undefined);
        return known.sort((a, b) => (a.quarantinedAt < b.quarantinedAt ? 1 : -1));
      });
    },
    restore: async (id) => {
      const folder = ID.test(id) ? await open() : undefined;
      if (folder === undefined) return undefined;
      return await using(folder, async (there) => {
        const entry = await readEntry(there, id);
        if (entry !== undefined) await putBack(kingfisher, there, entry);
        return entry;
      });
    },
  };
}

/** By a second name, which fails where there is one already: nothing is replaced. */
async function putBack(
  kingfisher: AgentSettings['kingfisher'],
  there: SafeFolder,
  { id, path: place }: QuarantinedImage,
): Promise<void> {
  if (!place.startsWith(`${kingfisher.imagesDir}/`)) throw unsafe(`${place} is not below ${kingfisher.imagesDir}`);
  const writers = await writersOf(kingfisher);
  await using(await openFolderOf(place, { writers }), async (to) => {
    const name = path.basename(place);
    try {
      await link(there.path(imageName(id)), to.path(name));
    } catch (err) {
      if (errorCode(err) === 'EEXIST') throw unsafe(`${place} is there: move it away first`);
      throw err;
    }
    await there.remove(imageName(id));
    await there.remove(manifestName(id));
  });
}

/** Undefined where one of the two is missing: then it was not moved, or is restored. */
async function readEntry(folder: SafeFolder, id: string): Promise<QuarantinedImage | undefined> {
  if (!(await folder.stat(imageName(id)))?.isFile()) return undefined;
  const file = await folder.open(manifestName(id));
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (size > MANIFEST_BYTES) return undefined;
    return manifest.safeParse(JSON.parse(await file.readFile('utf8'))).data;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

async function digestOf(folder: SafeFolder, name: string): Promise<string> {
  const file = await folder.open(name);
  if (file === undefined) throw new HostError('ObservationFailed', `${name} is gone`);
  const hash = createHash('sha256');
  try {
    for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk as Buffer);
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

async function using<T>(folder: SafeFolder | undefined, work: (folder: SafeFolder) => Promise<T>): Promise<T> {
  if (folder === undefined) throw unsafe('a folder on the way is missing');
  return await inFolder(folder, work);
}

function imageName(id: string): string {
  return `${id}.image`;
}

function manifestName(id: string): string {
  return `${id}.json`;
}

function unsafe(reason: string): HostError {
  return new HostError('UnsafeSelector', `${reason}; nothing was changed`);
}
