import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that is gone after each test of the calling file; its path by `path()`. */
export function useTempFolder(): { path(...steps: string[]): string } {
  let folder = '';
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'halcyon-test-')));
  });
  afterEach(async () => await rm(folder, { recursive: true, force: true }));
  return { path: (...steps) => path.join(folder, ...steps) };
}
