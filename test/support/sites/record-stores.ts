import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectDir } from '../../../lab/project';
import { EmbeddedPostgres } from '../../../src/store/embedded/embedded';
import type { StoreLocation } from '../../../src/store/pool';
import { ScratchPostgres } from './postgres';

/** A thread runs no TypeScript: the built one. */
export const EMBEDDED_PROGRAM = path.join(projectDir, 'dist', 'src', 'store', 'embedded', 'embedded-thread.js');

/** A database for a record, which goes away with `down`. */
export interface RecordPlace {
  location: StoreLocation;
  down(): Promise<void>;
}

export async function embeddedPlace(): Promise<RecordPlace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'halcyon-record-'));
  const { server } = await serveEmbedded(folder);
  const down = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { location: { path: folder }, down };
}

/** As soon as it serves. */
export async function serveEmbedded(folder: string): Promise<{ server: EmbeddedPostgres }> {
  return await new Promise((resolve, reject) => {
    const server: EmbeddedPostgres = EmbeddedPostgres.start(folder, {
      program: EMBEDDED_PROGRAM,
      onServing: () => resolve({ server }),
      onTrouble: (reason) => reject(new Error(reason)),
    });
  });
}

export async function realPlace(): Promise<RecordPlace> {
  const postgres = await ScratchPostgres.up();
  return { location: { url: postgres.url }, down: () => postgres.down() };
}
