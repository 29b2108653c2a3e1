import { execFileSync } from 'node:child_process';

/** Mounts a folder at another place of the same file system for as long as `test` runs; skips it where one may not. */
export async function whileMounted(folder: string, place: string, test: () => Promise<void>): Promise<void> {
  try {
    execFileSync('mount', ['--bind', folder, place], { stdio: 'ignore' });
  } catch {
    return; // not allowed to mount here
  }
  try {
    await test();
  } finally {
    execFileSync('umount', [place]);
  }
}
