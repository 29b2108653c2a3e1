import { readFile } from 'node:fs/promises';

export interface Group {
  name: string;
  gid: number;
}

/** The groups of /etc/group. */
export async function listGroups(): Promise<Group[]> {
  const text = await readFile('/etc/group', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , gid] = line.split(':');
    return name && gid ? [{ name, gid: Number(gid) }] : [];
  });
}
