import { readFile } from 'node:fs/promises';
import { checkProgram } from './program';
import type { Command } from './commands';
import { HostError } from '../errors';

const SETPRIV = '/usr/bin/setpriv';

export interface User {
  name: string;
  uid: number;
  gid: number;
  home: string;
}

/** The users of /etc/passwd, first entry of each name. */
export async function listUsers(): Promise<User[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid), home: home || '/' }] : [];
  });
}

/** @throws HostError `NotConfigured` when the host has no such user. */
export async function findUser(name: string): Promise<User> {
  const user = (await listUsers()).find((candidate) => candidate.name === name);
  if (user === undefined) {
    throw new HostError(
      'NotConfigured',
      `there is no user ${name} on this host; correct its name in the configuration`,
    );
  }
  return user;
}

/**
 * The command as `name` runs it: with that user's groups. Unchanged for the agent's own user
 * or where no user is named.
 *
 * @throws HostError `NotConfigured` when the agent may not switch users.
 */
export async function asUser<T extends Pick<Command, 'program' | 'args' | 'env'>>(
  name: string | undefined,
  command: T,
): Promise<T> {
  if (name === undefined) return command;
  const user = await findUser(name);
  const env = { HOME: user.home, USER: user.name, LOGNAME: user.name, ...command.env };
  if (user.uid === process.getuid?.()) return { ...command, env };
  if (process.getuid?.() !== 0) {
    throw new HostError(
      'NotConfigured',
      `only root can run ${command.program} as ${name}; run the agent as root or as ${name}`,
    );
  }
  await checkProgram(SETPRIV, 'install util-linux');
  // setpriv would answer a missing program with an exit code that looks like the program's own.
  await checkProgram(command.program);
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--'];
  return { ...command, env, program: SETPRIV, args: [...identity, command.program, ...command.args] };
}
