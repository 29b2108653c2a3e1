import { readFile, realpath } from 'node:fs/promises';

interface Mount {
  point: string;
  /** Of this mount alone. */
  isReadOnly: boolean;
  /** Of the file system itself, wherever it is mounted: also after the kernel made it so for an error. */
  isFileSystemReadOnly: boolean;
}

/**
 * Whether nothing can be written below `path`. The first process's mounts are the host's: the agent's own show what its
 * unit protects from it (`ProtectSystem=`). Where they cannot be read, only the file system itself is judged.
 */
export async function isReadOnly(path: string): Promise<boolean> {
  const target = await realpath(path);
  const host = await readMounts('/proc/1/mountinfo');
  const mount = findMount(host ?? (await readMounts('/proc/self/mountinfo')) ?? [], target);
  if (mount === undefined) return false;
  return mount.isFileSystemReadOnly || (host !== undefined && mount.isReadOnly);
}

async function readMounts(file: string): Promise<Mount[] | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text === '' ? undefined : parseMounts(text);
}

/** `36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root ro,errors=continue`: see proc(5). */
export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line.includes(' - '))
    .map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const [, , , , point = '', options = ''] = left.split(' ');
      const superOptions = right.split(' ')[2] ?? '';
      return {
        point: point.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
        isReadOnly: options.split(',').includes('ro'),
        isFileSystemReadOnly: superOptions.split(',').includes('ro'),
      };
    });
}

/** The deepest mount point above the path; of those at the same point the one on top, which comes last. */
export function findMount(mounts: Mount[], path: string): Mount | undefined {
  const above = mounts.filter(({ point }) => path === point || path.startsWith(point === '/' ? '/' : `${point}/`));
  return above.reduce<Mount | undefined>(
    (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
    undefined,
  );
}
