import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { lockFolder } from '../store/embedded/lock';
import { CannotStart } from './cannot-start';

/** Where everything of one `halcyon dev` is, by what it is. */
export interface DataFolder {
  folder: string;
  /** Where nobody chose another. */
  isDefault: boolean;
  /** Written where there is no other configuration; for people to change. */
  firstConfig: string;
  /** The configuration that the parts run with. */
  inEffect: string;
  temporalDatabase: string;
  record: string;
  /** Of the agent: fencing token, ledger. */
  agentState: string;
  /** For Alertmanager's `credentials_file`. */
  tokenFile: string;
  pidFile: string;
}

export function defaultDataFolder(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(env['XDG_DATA_HOME'] || path.join(homedir(), '.local', 'share'), 'halcyon');
}

export function dataFolder(given: string): DataFolder {
  const folder = path.resolve(given);
  const at = (name: string) => path.join(folder, name);
  return {
    folder,
    isDefault: folder === path.resolve(defaultDataFolder()),
    firstConfig: at('halcyon.yaml'),
    inEffect: at('in-effect.yaml'),
    temporalDatabase: at('temporal.db'),
    record: at('record'),
    agentState: at('agent'),
    tokenFile: at('webhook-token'),
    pidFile: at('pid'),
  };
}

/**
 * Makes the folder where there is none, and takes it for this process until the returned function is called.
 *
 * @throws CannotStart where another one has it
 */
export async function takeDataFolder({ folder, pidFile }: DataFolder): Promise<() => void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Incidents, the record and the token of intake are in it.
  chmodSync(folder, 0o700);
  const release = await lockFolder(folder);
  if (release === undefined)
    throw new CannotStart(`${folder} is in use${owner(pidFile)}: end that one, or choose another folder with --data`);
  writeFileSync(pidFile, `${process.pid}\n`);
  return release;
}

/** The token that intake asks for where the configuration has none: made once, and kept. */
export function keptToken({ tokenFile }: DataFolder): string {
  if (!existsSync(tokenFile)) writeFileSync(tokenFile, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' });
  return readFileSync(tokenFile, 'utf8').trim();
}

function owner(pidFile: string): string {
  try {
    return ` by "halcyon dev", process ${readFileSync(pidFile, 'utf8').trim()}`;
  } catch {
    return ' by another process';
  }
}
