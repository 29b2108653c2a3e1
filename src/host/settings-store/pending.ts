import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HostError, errorCode, errorText } from '../errors';

/** Gone after a boot, as the process is that had not taken the value yet. */
const FOLDER = '/run/halcyon/settings';

/**
 * Which start of the service has not taken a setting's new value yet. Written down before the value, taken away when the
 * service took it: an agent that was killed in between finds here that something is left to do. A marker and not the
 * file's time against the service's: a table has no such time, other keys share the file, a reload leaves the start as it
 * is, and clocks are set.
 */
export interface PendingStarts {
  /** Invocation of the start that lacks the value; undefined when nothing is left to do. */
  read(setting: string): string | undefined;
  write(setting: string, invocation: string): void;
  remove(setting: string): void;
}

export function createPendingStarts(folder = FOLDER): PendingStarts {
  // A plain name for whatever the setting is called.
  const fileOf = (setting: string) => path.join(folder, `${Buffer.from(setting).toString('base64url')}.pending`);
  return {
    read(setting) {
      try {
        return readFileSync(fileOf(setting), 'utf8');
      } catch (err) {
        if (errorCode(err) === 'ENOENT') return undefined;
        throw unusable(folder, err);
      }
    },
    write(setting, invocation) {
      const file = fileOf(setting);
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.new`, invocation, { mode: 0o600 });
        renameSync(`${file}.new`, file);
      } catch (err) {
        throw unusable(folder, err);
      }
    },
    remove: (setting) => rmSync(fileOf(setting), { force: true }),
  };
}

function unusable(folder: string, err: unknown): HostError {
  const remedy = 'the agent needs it to apply a setting: run the agent as root, or write "apply: none"';
  return new HostError('NotConfigured', `${folder} cannot be used (${errorText(err)}); ${remedy}`);
}
