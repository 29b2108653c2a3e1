import { createHash, randomUUID } from 'node:crypto';
import { writeWhole } from '../files/safe-folder';
import type { SafeFolder } from '../files/safe-folder';
import { isPlainBelow } from './names';

/** The list of what a backup holds, written last: a backup is complete when it has one. */
export const MANIFEST = 'manifest.jsonl';
/** Folder with the copies. */
export const FILES = 'files';
/** Folder for files that are being written. */
export const UNFINISHED = 'unfinished';
const FORMAT = 'halcyon-backup-1';

export interface ManifestHeader {
  format: typeof FORMAT;
  id: string;
  host: string;
  /** Folder that was copied. */
  source: string;
  createdAt: string;
  files: number;
  bytes: number;
  /** Links and special files that were left out. */
  skipped: number;
}

export interface ManifestEntry {
  /** Below the source. */
  path: string;
  size: number;
  sha256: string;
  /** Of the source when it was copied, ISO 8601. */
  mtime: string;
}

export interface Manifest {
  header: ManifestHeader;
  entries: ManifestEntry[];
  sha256: string;
}

/** Puts the manifest in its place, at once and for good. */
export async function writeManifest(
  folder: SafeFolder,
  header: Omit<ManifestHeader, 'format' | 'files' | 'bytes'>,
  entries: ManifestEntry[],
): Promise<Manifest> {
  const bytes = entries.reduce((sum, { size }) => sum + size, 0);
  const whole: ManifestHeader = { format: FORMAT, ...header, files: entries.length, bytes };
  const sorted = [...entries].sort((a, b) => (a.path < b.path ? -1 : 1));
  const text = [whole, ...sorted].map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeWhole(folder, { name: MANIFEST, unfinished: `.manifest-${randomUUID()}` }, text);
  await folder.handle.sync();
  return { header: whole, entries: sorted, sha256: createHash('sha256').update(text).digest('hex') };
}

/** `undefined` when there is none, or none of ours. */
export async function readManifest(folder: SafeFolder): Promise<Manifest | undefined> {
  const handle = await folder.open(MANIFEST);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    return parseManifest(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** `undefined` for what we did not write, or not to its end. */
export function parseManifest(content: Buffer): Manifest | undefined {
  const lines = content.toString('utf8').split('\n');
  if (lines.pop() !== '') return undefined;
  const [header, ...entries] = lines.map(parseLine);
  if (!isHeader(header) || !entries.every(isEntry) || entries.length !== header.files) return undefined;
  return { header, entries, sha256: createHash('sha256').update(content).digest('hex') };
}

export function isEntry(value: unknown): value is ManifestEntry {
  const entry = value as Partial<ManifestEntry> | null | undefined;
  return (
    typeof entry?.path === 'string' &&
    isPlainBelow(entry.path) &&
    Number.isSafeInteger(entry.size) &&
    /^[0-9a-f]{64}$/.test(String(entry.sha256)) &&
    !Number.isNaN(Date.parse(String(entry.mtime)))
  );
}

export function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is ManifestHeader {
  const header = value as Partial<ManifestHeader> | null | undefined;
  return (
    header?.format === FORMAT &&
    [header.id, header.host, header.source, header.createdAt].every((field) => typeof field === 'string') &&
    [header.files, header.bytes, header.skipped].every((field) => Number.isSafeInteger(field))
  );
}
