import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BackupSettings } from '../../../../src/host/backup/place';
import type { AgentSettings } from '../../../../src/host/agent-settings';
import { settingsOf } from '../../../support/scripted/host-settings';

export const DAY = '2026-11-23';
export const ID = 'incident/emergencyRecovery/h1/2f1c2d3e-0000-4000-8000-123456789abc';
export const NAME = ID.replaceAll('/', '+');

/** Backups of a host that lives in `folder`. */
export function backupSettings(folder: string, more: Partial<BackupSettings> = {}): BackupSettings {
  return {
    root: path.join(folder, 'backups'),
    images: path.join(folder, 'images'),
    layout: 'YYYY/MM/DD',
    keepCount: 1,
    keepForMs: 86_400_000,
    reserveBytes: 0,
    ...more,
  };
}

/** Settings of that host. */
export function backupHost(folder: string, more: Partial<BackupSettings> = {}): AgentSettings {
  const { images: imagesDir, ...backup } = backupSettings(folder, more);
  const owner = { user: 'nobody', group: 'nogroup' };
  const dataDir = path.join(folder, 'data');
  return settingsOf({
    stateDir: path.join(folder, 'state'),
    kingfisher: { installDir: folder, dataDir, imagesDir, owner },
    backup,
  });
}

export function dayFolder(folder: string): string {
  return path.join(folder, 'images/2026/11/23');
}

/** Puts files of the day, by their path below it. */
export async function putImages(folder: string, images: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(images)) {
    const file = path.join(dayFolder(folder), name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** Content of every file below `folder`, by its path. Empty when there is no folder. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.relative(folder, file)] = await readFile(file, 'utf8');
  }
  return found;
}
