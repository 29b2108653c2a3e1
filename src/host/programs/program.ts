import { access, constants, open } from 'node:fs/promises';
import path from 'node:path';
import { errorCode, errorText } from '../errors';

/** The program could not be started at all. */
export class CommandNotStarted extends Error {
  override readonly name = 'CommandNotStarted';

  constructor(
    readonly program: string,
    reason: string,
    remedy = 'install it, or correct its path in the configuration',
  ) {
    super(`cannot start ${program}: ${reason}; ${remedy}`);
  }
}

/** @throws CommandNotStarted when `program` is relative, missing or not executable. */
export async function checkProgram(program: string, remedy?: string): Promise<void> {
  if (!path.isAbsolute(program)) throw new CommandNotStarted(program, 'its path is not absolute');
  let first: string;
  try {
    await access(program, constants.X_OK);
    first = await firstCharacters(program);
  } catch (err) {
    throw new CommandNotStarted(program, errorText(err), remedy);
  }
  // The C library gives what the kernel cannot execute to a shell.
  if (process.platform === 'linux' && !['\x7fE', '#!', ''].includes(first)) {
    throw new CommandNotStarted(program, 'it is neither a program nor a script with #!', remedy);
  }
}

/** Empty for a program that may be executed but not read. */
async function firstCharacters(program: string): Promise<string> {
  const file = await open(program, 'r').catch((err: unknown) => {
    if (errorCode(err) === 'EACCES') return undefined;
    throw err;
  });
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 ? buffer.toString('latin1') : '?';
  } finally {
    await file.close();
  }
}
