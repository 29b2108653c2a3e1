import { posix } from 'node:path';
import { z } from 'zod';
import { duration, textWhere } from './nouns';

/** Folders that belong to the system: what is directly one of these is never KingFisher's own. */
const SYSTEM_FOLDERS = new Set([
  ...['/bin', '/boot', '/dev', '/etc', '/home', '/lib', '/lib32', '/lib64', '/libx32', '/lost+found', '/media', '/mnt'],
  ...['/opt', '/proc', '/root', '/run', '/sbin', '/srv', '/sys', '/tmp', '/usr', '/var'],
  ...['/usr/bin', '/usr/games', '/usr/include', '/usr/lib', '/usr/libexec', '/usr/local', '/usr/sbin', '/usr/share'],
  ...['/usr/src', '/usr/local/bin', '/usr/local/etc', '/usr/local/lib', '/usr/local/sbin', '/usr/local/share'],
  ...['/var/backups', '/var/cache', '/var/lib', '/var/local', '/var/lock', '/var/log', '/var/mail', '/var/opt'],
  ...['/var/run', '/var/spool', '/var/tmp', '/etc/systemd', '/run/systemd', '/var/lib/dpkg'],
]);

/** Endings of units that are no services. */
const OTHER_UNIT = /\.(socket|device|mount|automount|swap|target|path|timer|slice|scope)$/;

/** Trees in which nothing of KingFisher can be, at any depth. */
const SYSTEM_TREES = [
  '/bin',
  '/boot',
  '/dev',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/proc',
  '/sbin',
  '/sys',
  '/usr/bin',
  '/usr/sbin',
];

/** An absolute file path without `..`. */
export function absoluteFile() {
  return textWhere('an absolute file path without ".."', (text) => isCleanAbsolute(text) && !text.endsWith('/'));
}

/** An absolute folder that is neither `/` nor a system folder, without its final slash. */
export function ownFolder() {
  return textWhere(
    'an absolute folder without ".." that is not "/" and not a system folder',
    (text) => isCleanAbsolute(text) && !isSystemFolder(withoutFinalSlash(text)),
  ).transform(withoutFinalSlash);
}

/** An absolute program and its arguments. No shell reads them. */
export function command() {
  const error = 'expected a list: an absolute program, then its arguments';
  const word = textWhere('text', (text) => !text.includes('\0'));
  return z
    .tuple([absoluteFile()], word, {
      error: (issue) => (issue.code === 'invalid_type' || issue.code === 'too_small' ? error : undefined),
    })
    .transform((words): string[] => words);
}

/** A user of the host. */
export function systemUser() {
  return textWhere('a user name', (text) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(text));
}

/** A systemd service unit; `.service` is added where it is left out. */
export function serviceUnit() {
  return textWhere('a systemd service such as "kingfisher.service"', isServiceUnit).transform((text) =>
    text.endsWith('.service') ? text : `${text}.service`,
  );
}

/** Whether `path` lies strictly below `folder`. Both absolute and clean. */
export function isBelow(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) && path.length > folder.length + 1;
}

/** Never starts with "-": it would be read as an option. */
function isServiceUnit(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9:_.@\\-]*$/.test(text) && !OTHER_UNIT.test(text);
}

function isCleanAbsolute(text: string): boolean {
  return posix.isAbsolute(text) && !text.includes('\0') && posix.normalize(text) === text;
}

function withoutFinalSlash(text: string): string {
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}

function isSystemFolder(path: string): boolean {
  return path === '/' || SYSTEM_FOLDERS.has(path) || SYSTEM_TREES.some((tree) => isBelow(path, tree));
}

/** A program of KingFisher's: where they are absent, with the folder and the user of the service. */
export function ownProgram({ longest }: { longest: string }) {
  return {
    command: command(),
    cwd: ownFolder().optional(),
    user: systemUser().optional(),
    timeout: duration({ max: longest }).prefault('30s'),
  };
}
