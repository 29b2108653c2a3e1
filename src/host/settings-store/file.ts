import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, renameSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { HostError } from '../errors';
import { descend, openFolder } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import type { Found, SettingStore, TextFormat } from './store';

const LARGEST_BYTES = 1024 * 1024;

interface Content {
  bytes: Buffer;
  /** Undefined when it is no UTF-8. */
  text: string | undefined;
  digest: string;
  stats: Stats;
  /** Another one after each writing, also of the same bytes. */
  writing: string;
}

/**
 * A setting in a file. Reached without following a link in any step; replaced as a whole, by a file that was written
 * and flushed beside it, with the owner, group and mode of the old one: whoever reads it sees all of the old or all of
 * the new.
 */
export function createFileStore(file: string, format: TextFormat): SettingStore {
  return {
    place: file,
    read: async () => {
      const content = await inFolderOf(file, async (folder, name) => await readContent(folder, name, file));
      return content === undefined ? absent(`${file} is not there`) : understand(content, format, file);
    },
    replace: async (found, value) => {
      const done = await inFolderOf(file, async (folder, name) => {
        const content = await readContent(folder, name, file);
        if (content?.digest !== found.version || content.text === undefined) return false;
        return await putInPlace(folder, name, content, format.change(content.text, value));
      });
      return done === true;
    },
  };
}

function understand({ text, digest, writing }: Content, format: TextFormat, file: string): Found {
  const found = text === undefined ? 'it is no UTF-8 text' : format.find(text);
  if (found === undefined) return { ...absent(`${file} has no such key`), version: digest };
  const mark = { content: digest, writing };
  if (typeof found !== 'string') return { evidence: 'present', value: found.value, version: digest, detail: '', mark };
  return { evidence: 'malformed', value: null, version: digest, detail: `${file}: ${found}` };
}

/** `undefined` when the folder is missing. */
async function inFolderOf<T>(
  file: string,
  work: (folder: SafeFolder, name: string) => Promise<T | undefined>,
): Promise<T | undefined> {
  const root = await openFolder('/');
  const steps = path.dirname(file).split('/').filter(Boolean);
  const folder = root === undefined ? undefined : await descend(root, steps, path.dirname(file));
  if (folder === undefined) return undefined;
  try {
    return await work(folder, path.basename(file));
  } finally {
    await folder.close();
  }
}

async function readContent(folder: SafeFolder, name: string, file: string): Promise<Content | undefined> {
  const handle = await folder.open(name);
  if (handle === undefined) {
    if ((await folder.stat(name)) === undefined) return undefined;
    throw unsafe(`${file} is a link or no file; configure its real path`);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unsafe(`${file} is no regular file`);
    if (stats.nlink > 1) throw unsafe(`${file} has other names (hard links), which would keep the old content`);
    if (stats.size > LARGEST_BYTES) throw unsafe(`${file} is larger than ${LARGEST_BYTES} bytes`);
    const { ino, mtimeNs } = await handle.stat({ bigint: true });
    const bytes = await handle.readFile();
    return { bytes, text: decode(bytes), digest: digestOf(bytes), stats, writing: `${ino}/${mtimeNs}` };
  } finally {
    await handle.close();
  }
}

async function putInPlace(folder: SafeFolder, name: string, old: Content, text: string): Promise<boolean> {
  const beside = `.${name}.halcyon-new`;
  // Of an attempt that died.
  await folder.remove(beside);
  try {
    await write(await folder.create(beside), old.stats, text);
    if (!replaceIfSame(folder, beside, name, old)) return false;
    await folder.handle.sync();
    return true;
  } finally {
    await folder.remove(beside);
  }
}

async function write(handle: FileHandle, { uid, gid, mode }: Stats, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    const { uid: ownUid, gid: ownGid } = await handle.stat();
    if (uid !== ownUid || gid !== ownGid) await handle.chown(uid, gid);
    await handle.chmod(mode & 0o7777);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** In one go: looking and renaming are next to each other, with nothing of ours in between. */
function replaceIfSame(folder: SafeFolder, beside: string, name: string, old: Content): boolean {
  const target = folder.path(name);
  const now = lstatSync(target, { throwIfNoEntry: false });
  if (!now?.isFile() || now.ino !== old.stats.ino || now.size !== old.stats.size) return false;
  if (digestOf(readFileSync(target)) !== old.digest) return false;
  renameSync(folder.path(beside), target);
  return true;
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function absent(detail: string): Found {
  return { evidence: 'absent', value: null, version: '', detail };
}

function unsafe(reason: string): HostError {
  return new HostError('UnsafeSelector', `${reason}; nothing was changed`);
}
