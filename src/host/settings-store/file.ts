import { createHash } from 'node:crypto';
import { lstatSync, readSync, renameSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { HostError } from '../errors';
import { keepAttributes } from '../files/attributes';
import { NOBODY_ELSE, openFolderOf } from '../files/from-root';
import type { Writers } from '../files/from-root';
import type { SafeFolder } from '../files/safe-folder';
import { runCommand } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';
import type { Found, SettingStore, TextFormat } from './store';

const LARGEST_BYTES = 1024 * 1024;

interface Place {
  file: string;
  /** Who may write to the folders on the way to it. */
  writers: () => Promise<Writers>;
  run: CommandRunner;
}

interface Content {
  /** Open for as long as it is worked with. */
  handle: FileHandle;
  /** Undefined when it is no UTF-8. */
  text: string | undefined;
  digest: string;
  stats: Stats;
  /** Another one after each writing, also of the same bytes. */
  writing: string;
}

/**
 * A setting in a file. Reached by `openFolderOf`; replaced as a whole, by a file that was written and flushed beside it,
 * with all attributes of the old one: whoever reads it sees all of the old or all of the new.
 */
export function createFileStore(
  file: string,
  format: TextFormat,
  { writers = async () => NOBODY_ELSE, run = runCommand }: Partial<Omit<Place, 'file'>> = {},
): SettingStore {
  const place = { file, writers, run };
  return {
    place: file,
    read: async () => {
      const found = await withContent(place, async (_, content) => understand(content, format, file));
      return found ?? absent(`${file} is not there`);
    },
    replace: async (found, value) => {
      const done = await withContent(place, async (folder, content) => {
        if (content.digest !== found.version || content.text === undefined) return false;
        return await putInPlace(folder, place, content, format.change(content.text, value));
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

/** `undefined` when the file or its folder is missing. */
async function withContent<T>(
  { file, writers }: Place,
  work: (folder: SafeFolder, content: Content) => Promise<T>,
): Promise<T | undefined> {
  const folder = await openFolderOf(file, { writers: await writers() });
  if (folder === undefined) return undefined;
  try {
    const handle = await openFile(folder, file);
    if (handle === undefined) return undefined;
    try {
      return await work(folder, await readContent(handle, file));
    } finally {
      await handle.close();
    }
  } finally {
    await folder.close();
  }
}

async function openFile(folder: SafeFolder, file: string): Promise<FileHandle | undefined> {
  const name = path.basename(file);
  const handle = await folder.open(name);
  if (handle !== undefined || (await folder.stat(name)) === undefined) return handle;
  throw unsafe(`${file} is a link or no file; configure its real path`);
}

async function readContent(handle: FileHandle, file: string): Promise<Content> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw unsafe(`${file} is no regular file`);
  if (stats.nlink > 1) throw unsafe(`${file} has other names (hard links), which would keep the old content`);
  if (stats.size > LARGEST_BYTES) throw unsafe(`${file} is larger than ${LARGEST_BYTES} bytes`);
  const { ino, mtimeNs } = await handle.stat({ bigint: true });
  const bytes = readWhole(handle);
  return { handle, text: decode(bytes), digest: digestOf(bytes), stats, writing: `${ino}/${mtimeNs}` };
}

/** In one go, from its beginning; one byte more than is allowed tells that it grew. */
function readWhole({ fd }: FileHandle): Buffer {
  const buffer = Buffer.alloc(LARGEST_BYTES + 1);
  let size = 0;
  for (let read = -1; read !== 0; size += read) read = readSync(fd, buffer, size, buffer.length - size, size);
  return buffer.subarray(0, size);
}

async function putInPlace(folder: SafeFolder, { file, run }: Place, old: Content, text: string): Promise<boolean> {
  const name = path.basename(file);
  const beside = `.${name}.halcyon-new`;
  // Of an attempt that died.
  await folder.remove(beside);
  try {
    const handle = await folder.create(beside);
    try {
      await handle.writeFile(text);
      await keepAttributes({ from: old.handle, to: handle, of: file }, run);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!replaceIfSame(folder, beside, name, old)) return false;
    await folder.handle.sync();
    return true;
  } finally {
    await folder.remove(beside);
  }
}

/** In one go: looking and renaming are next to each other, with nothing of ours in between. */
function replaceIfSame(folder: SafeFolder, beside: string, name: string, old: Content): boolean {
  const target = folder.path(name);
  const now = lstatSync(target, { throwIfNoEntry: false });
  // The old one is open, so that no other file has its number.
  if (!now?.isFile() || now.ino !== old.stats.ino || now.dev !== old.stats.dev) return false;
  if (digestOf(readWhole(old.handle)) !== old.digest) return false;
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
