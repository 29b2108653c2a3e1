import type { Stats } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { errorCode } from '../errors';
import { attempt, audited, dayOf } from './audit';
import type { Audited } from './audit';

const DAY_MS = 86_400_000;
/** The audit is a monthly one. */
const LATELY_DAYS = 31;
const NO_LOGIN = /\/(?:nologin|false|true|sync|shutdown|halt)$/;
const WRITABLE_BY_OTHERS = 0o022;

interface Account {
  name: string;
  uid: string;
  loginShell: string;
}

/**
 * Who can log in, who else is root, who has no password, and what changed in sudoers since the last audit.
 *
 * @param etc replaced in tests
 */
export async function auditUsers(expected: readonly string[] | null, etc = '/etc'): Promise<Audited> {
  const result = audited();
  const accounts = await attempt('passwd', result, undefined, async () => await accountsOf(path.join(etc, 'passwd')));
  const shells = (accounts ?? []).filter(({ loginShell }) => !NO_LOGIN.test(loginShell)).map(({ name }) => name);
  for (const { name } of (accounts ?? []).filter((one) => one.uid === '0' && one.name !== 'root')) {
    result.findings.push(`${name} is root by another name (uid 0)`);
  }
  if (accounts !== undefined) result.seen = `${accounts.length} users, ${shells.length} of them may log in`;
  if (expected === null) {
    result.notLooked.push(`agent.maintenance.audit.users is not set; ${shells.join(', ') || 'nobody'} may log in`);
  } else {
    const strange = shells.filter((name) => name !== 'root' && !expected.includes(name));
    result.findings.push(...strange.map((name) => `${name} may log in, and is not expected`));
  }
  await attempt('shadow', result, undefined, async () => {
    for (const name of await withoutPassword(path.join(etc, 'shadow'))) result.findings.push(`${name} has no password`);
  });
  await attempt('sudoers', result, undefined, async () => {
    result.findings.push(...(await sudoersFindings(etc)));
  });
  return result;
}

async function accountsOf(file: string): Promise<Account[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').flatMap((line) => {
    const [name = '', , uid = '', , , , last = ''] = line.split(':');
    // Without a shell it is /bin/sh.
    return name === '' || name.startsWith('#') ? [] : [{ name, uid, loginShell: last || '/bin/sh' }];
  });
}

async function withoutPassword(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  return text.split('\n').flatMap((line) => {
    const [name = '', password] = line.split(':');
    return name !== '' && password === '' ? [name] : [];
  });
}

async function sudoersFindings(etc: string): Promise<string[]> {
  const folder = path.join(etc, 'sudoers.d');
  const names = await readdir(folder).catch((err: unknown) => {
    if (errorCode(err) === 'ENOENT') return [];
    throw err;
  });
  const findings: string[] = [];
  for (const file of [path.join(etc, 'sudoers'), ...names.map((name) => path.join(folder, name))]) {
    const found = await stat(file).catch((err: unknown) => {
      if (errorCode(err) === 'ENOENT') return undefined;
      throw err;
    });
    if (found !== undefined) findings.push(...sudoersFinding(file, found));
  }
  return findings;
}

function sudoersFinding(file: string, { uid, mode, mtimeMs }: Stats): string[] {
  const isLate = Date.now() - mtimeMs < LATELY_DAYS * DAY_MS;
  return [
    ...(isLate ? [`${file} was changed on ${dayOf(mtimeMs)}: look who may do what`] : []),
    ...(uid === 0 ? [] : [`${file} belongs to uid ${uid}, and not to root`]),
    ...((mode & WRITABLE_BY_OTHERS) === 0 ? [] : [`${file} may be written by others than root`]),
  ];
}
