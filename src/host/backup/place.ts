import type { Stats } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../errors';
import { notConfigured } from '../services/service-managers';
import type { AgentSettings } from '../agent-settings';
import { NOBODY_ELSE, openFromRoot } from '../files/from-root';
import type { Way } from '../files/from-root';
import { descend, enterOrMake } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import { FLAT, isAtOrBelow, isHidden, isOfDay, stepsTo } from '../../shared/observations/images/image-layout';
import { verifyDay, unsafeBackup } from './names';
import { join, walk } from '../files/walk';

export type BackupSettings = NonNullable<AgentSettings['backup']> & {
  /** The day's images are below this folder. */
  images: string;
  /** Folders whose files are no images, wherever they lie: the temporary ones. */
  notImages?: string[];
};

/** @throws HostError `NotConfigured` for a host that has no place for backups. */
export function backupSettingsOf({ backup, kingfisher }: Pick<AgentSettings, 'backup' | 'kingfisher'>): BackupSettings {
  if (backup === null) throw notConfigured('backup');
  return { ...backup, images: kingfisher.imagesDir, notImages: kingfisher.tempDirs };
}

/** A regular file of a folder of images. */
export interface Listed {
  name: string;
  size: number;
  mtimeMs: number;
}

export interface ImageVisitor {
  /** Regular files of one folder, whose path below the first is `` or `a/b`. A folder with many comes in parts. */
  files(folder: SafeFolder, below: string, files: Listed[]): Promise<void>;
  /** A link, a special file, or somebody else's file that has a second name here. */
  skipped(below: string): void;
  /** Whether the open folder `below` is visited; every one where absent. */
  enters?(below: string, folder: SafeFolder): boolean | Promise<boolean>;
  signal?: AbortSignal | undefined;
}

/** The folder that has the day's images, and which of its files they are. */
export interface Source {
  path: string;
  /** `undefined` where it does not exist. */
  folder: SafeFolder | undefined;
  /** Visits the day's images alone. */
  walk(visitor: ImageVisitor): Promise<void>;
}

export async function openSource(settings: BackupSettings, day: string): Promise<Source> {
  const { images, layout } = settings;
  verifyDay(day);
  const steps = stepsTo(layout, day);
  const opened = await openFromRoot(images);
  const folder = opened === undefined ? undefined : await descend(opened, steps, images);
  return {
    path: path.join(images, ...steps),
    folder,
    walk: async (visitor) => await walkImages(folder!, layout === FLAT ? ofDayAlone(settings, day, visitor) : visitor),
  };
}

/** Visits what lies in a folder of images, also where something is mounted: nothing is changed there. */
export async function walkImages(folder: SafeFolder, visitor: ImageVisitor): Promise<void> {
  await walk(folder, {
    entries: async (inner, entries, below) => {
      const holder = await inner.handle.stat();
      const files: Listed[] = [];
      for (const { name, stat } of entries) {
        // A name that is no UTF-8 cannot be opened by its text.
        const isOpened = stat.isFile() && !isForeignLink(stat, holder) && !name.includes('\uFFFD');
        if (isOpened) files.push({ name, size: stat.size, mtimeMs: stat.mtimeMs });
        else visitor.skipped(join(below, name));
      }
      await visitor.files(inner, below, files);
    },
    enters: async ({ folder: inner, below }) => (await visitor.enters?.(below, inner)) ?? true,
    tooDeep: (_below, deepest) => {
      throw unsafeBackup(`the folders are nested deeper than ${deepest}`);
    },
    signal: visitor.signal,
  });
}

/** Whoever may write to a folder may give a second name in it to what is not theirs, and would find a copy of it restored. */
export function isForeignLink({ nlink, uid }: Stats, folder: Stats): boolean {
  const isRootsAlone = folder.uid === 0 && (folder.mode & 0o022) === 0;
  return nlink > 1 && uid !== folder.uid && !isRootsAlone;
}

function ofDayAlone(settings: BackupSettings, day: string, visitor: ImageVisitor): ImageVisitor {
  return {
    ...visitor,
    files: async (folder, below, files) => {
      const ofDay = files.filter(({ name, mtimeMs }) => !isHidden(name) && isOfDay(mtimeMs, day));
      if (ofDay.length > 0) await visitor.files(folder, below, ofDay);
    },
    enters: (below) => !isNoImages(settings, below),
  };
}

/** Whether what lies `below` the folder of images is none of them. */
export function isNoImages(
  { images, notImages = [] }: Pick<BackupSettings, 'images' | 'notImages'>,
  below: string,
): boolean {
  return notImages.some((place) => isAtOrBelow(path.join(images, below), place));
}

/** The folder of all backups, ours alone, as are those above it; `undefined` where there is none yet. */
export async function openRoot({ root }: BackupSettings, way: Pick<Way, 'make'> = {}): Promise<SafeFolder | undefined> {
  const folder = await openFromRoot(root, { ...way, writers: NOBODY_ELSE });
  if (folder === undefined) return undefined;
  const { uid } = await folder.handle.stat();
  if (uid === process.geteuid?.()) return folder;
  await folder.close();
  throw unsafeBackup(`${root} belongs to another user (uid ${uid}): backups there are not safe`);
}

/** The same, made where it is missing. Nobody else can look into it afterwards. */
export async function makeRoot(settings: BackupSettings): Promise<SafeFolder> {
  const folder = await openRoot(settings, { make: 0o700 });
  if (folder === undefined) throw unsafeBackup(`${settings.root} is gone again`);
  await folder.handle.chmod(0o700);
  return folder;
}

/** One folder of ours below another. */
export async function make(folder: SafeFolder, name: string): Promise<SafeFolder> {
  const made = await enterOrMake(folder, name, 0o700);
  if (made === undefined) throw unsafeBackup(`${name} is in the way: a link or no folder`);
  if (made.mount === folder.mount) return made;
  await made.close();
  throw unsafeBackup(`something is mounted on ${name}`);
}

/** `folder` where it exists, else the nearest above it that does, without links. */
export async function nearestExisting(folder: string): Promise<string> {
  for (let at = folder; ; at = path.dirname(at)) {
    try {
      await lstat(at);
      return await realpath(at);
    } catch (err) {
      if (errorCode(err) !== 'ENOENT' || at === path.dirname(at)) throw err;
    }
  }
}
