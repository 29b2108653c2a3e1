import path from 'node:path';
import { HostError } from './errors';
import { NOBODY_ELSE, openFromRoot } from './files/from-root';
import { inFolder, writeWhole } from './files/safe-folder';

/** What a program that issues tokens may write: one token, and nothing else. */
const TOKEN = /^[A-Za-z0-9._~+/=-]{16,8192}$/;

/** A file that holds one token, and that nobody but the agent's own user can read. */
export interface TokenFile {
  path: string;
  isThere(): Promise<boolean>;
  /**
   * Writes it whole, or not at all.
   *
   * @throws HostError `NotInDesiredState` for a text that is no token, which is not repeated
   */
  write(token: string): Promise<void>;
}

/** `name` below the agent's own folder. */
export function createTokenFile(stateDir: string, name: string): TokenFile {
  const place = path.join(stateDir, 'tokens');
  return {
    path: path.join(place, name),
    isThere: async () => {
      const folder = await openFromRoot(place, { writers: NOBODY_ELSE });
      return folder === undefined
        ? false
        : await inFolder(folder, async () => (await folder.stat(name))?.isFile() === true);
    },
    write: async (token) => {
      if (!TOKEN.test(token)) {
        const remedy =
          'nothing was kept; let kingfisher.issueToken write a token to its standard output, and nothing else';
        throw new HostError('NotInDesiredState', `what was issued is no token (${token.length} characters); ${remedy}`);
      }
      const folder = await openFromRoot(place, { writers: NOBODY_ELSE, make: 0o700 });
      if (folder === undefined) throw new HostError('ObservationFailed', `${place} cannot be made`);
      await inFolder(folder, async () => {
        const unfinished = `${name}.unfinished`;
        // Of an attempt that died: no token is left lying about.
        await folder.remove(unfinished);
        await writeWhole(folder, { name, unfinished }, `${token}\n`);
      });
    },
  };
}
