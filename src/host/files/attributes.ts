import type { FileHandle } from 'node:fs/promises';
import { HostError, errorText } from '../errors';
import { describeEnd, runCommand } from '../programs/commands';
import type { CommandRunner } from '../programs/commands';

/** Of coreutils, and so on every host: Node reads neither ACLs nor extended attributes. */
const CP = '/bin/cp';
const TIMEOUT_MS = 10_000;

/**
 * Gives an open file the owner, group, mode, ACL and extended attributes of another. Not what makes a program of it
 * privileged (set-user, set-group, capabilities): its content is new. Both are named by our descriptors, which no link can
 * come between.
 *
 * @throws HostError `UnsafeSelector` when one of them cannot be kept, with the reason.
 */
export async function keepAttributes(
  { from, to, of }: { from: FileHandle; to: FileHandle; /** For people: the path. */ of: string },
  run: CommandRunner = runCommand,
): Promise<void> {
  const args = ['--attributes-only', '--preserve=mode,ownership,xattr', '--', here(from), here(to)];
  const why = await run({ program: CP, args, timeoutMs: TIMEOUT_MS, remedy: 'install coreutils' }).then(
    (result) => (result.exitCode === 0 ? undefined : result.stderr.trim().split('\n')[0] || describeEnd(result)),
    errorText,
  );
  if (why !== undefined) throw notKept(of, why);
  const wanted = await from.stat();
  // The kernel takes set-user, set-group and capabilities off whatever changes its owner.
  await to.chown(wanted.uid, wanted.gid);
  const { uid, gid, mode } = await to.stat();
  if (uid === wanted.uid && gid === wanted.gid && (mode & 0o777) === (wanted.mode & 0o777)) return;
  throw notKept(of, 'they are others afterwards');
}

function here({ fd }: FileHandle): string {
  return `/proc/${process.pid}/fd/${fd}`;
}

function notKept(of: string, why: string): HostError {
  const lost = `owner, mode, ACL and extended attributes of ${of} cannot be kept`;
  return new HostError('UnsafeSelector', `${lost}: ${why}; nothing was changed`);
}
