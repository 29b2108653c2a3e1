import path from 'node:path';
import type { ProcessRecord } from './process-table';

/** How an interpreter, named by the whole of a program's name, is told what to run. */
interface Interpreter {
  name: RegExp;
  /** Options after which there is no script: what to run is in the arguments, or is a module. */
  withoutScript: RegExp;
  /** Options that bring a value of their own, which is no script. */
  withValue: RegExp;
}

const SHELL: Interpreter = {
  name: /^(bash|dash|sh|zsh|ksh|fish|tcsh|csh)[\d.]*$/,
  withoutScript: /^-[a-zA-Z]*c[a-zA-Z]*$/,
  withValue: /^([-+][oO]|--rcfile|--init-file)$/,
};

const INTERPRETERS: Interpreter[] = [
  SHELL,
  { name: /^python[\d.]*$/, withoutScript: /^-[a-zA-Z]*[cm]$/, withValue: /^-[WX]$/ },
  {
    name: /^node(js)?$/,
    withoutScript: /^(-e|-p|-pe|--eval|--print)$/,
    withValue: /^(-[rC]|--require|--import|--loader)$/,
  },
  { name: /^(perl|ruby)[\d.]*$/, withoutScript: /^-[a-zA-Z]*[eE]$/, withValue: /^-[Ir]$/ },
];

/** What people look with, and what their sessions are made of. */
const TOOLS = new Set([
  ...['vi', 'vim', 'vimdiff', 'view', 'nvim', 'nano', 'pico', 'emacs', 'ed', 'joe', 'mcedit', 'micro', 'hx', 'kak'],
  ...['tail', 'less', 'more', 'most', 'head', 'cat', 'watch', 'grep', 'rg', 'man', 'pager', 'lnav', 'multitail'],
  ...['psql', 'pg_dump', 'pg_restore', 'redis-cli', 'mysql', 'mariadb', 'sqlite3', 'mongosh', 'rabbitmqadmin'],
  ...['top', 'htop', 'btop', 'strace', 'gdb', 'journalctl', 'tmux', 'screen', 'mc', 'git', 'rsync', 'scp'],
  ...['ssh', 'sshd', 'sshd-session', 'sftp-server', 'su', 'sudo', 'login', 'systemd', 'dbus-daemon', 'gpg-agent'],
]);

/**
 * Where the program of a process is, and its script where an interpreter runs one. By what the kernel says it executes;
 * its arguments count only for where to find the script, and for the name under which a virtual environment calls its
 * interpreter.
 */
export function programPlaces(record: ProcessRecord): string[] {
  if (record.exe === null) return [];
  const executable = withoutDeleted(record.exe);
  const interpreter = INTERPRETERS.find(({ name }) => name.test(path.basename(executable)));
  if (interpreter === undefined) return [executable];
  const places = [executable, record.argv[0], scriptOf(record, interpreter)];
  return places.filter((place): place is string => place !== undefined && path.isAbsolute(place));
}

/** An editor, a pager, a client, a session, or a shell that somebody types into. */
export function isPersonsTool(record: ProcessRecord): boolean {
  const name = path
    .basename(withoutDeleted(record.exe ?? record.argv[0] ?? ''))
    .replace(/^-|\.(basic|tiny|nox|gtk3?)$/g, '');
  if (TOOLS.has(name) || record.argv[0] === '(sd-pam)') return true;
  return SHELL.name.test(name) && !isToldWhatToRun(record);
}

function isToldWhatToRun(record: ProcessRecord): boolean {
  return (
    record.argv.slice(1).some((argument) => SHELL.withoutScript.test(argument)) || scriptOf(record, SHELL) !== undefined
  );
}

/** The file that an interpreter was told to run, absolute where its folder can be seen; `undefined` for none. */
function scriptOf({ argv, cwd }: ProcessRecord, { withoutScript, withValue }: Interpreter): string | undefined {
  for (let at = 1; at < argv.length; at++) {
    const argument = argv[at]!;
    if (withoutScript.test(argument)) return undefined;
    if (withValue.test(argument)) at++;
    else if (!/^[-+]/.test(argument)) return cwd === null ? argument : path.resolve(cwd, argument);
  }
  return undefined;
}

/** What an upgrade replaced still runs. */
function withoutDeleted(exe: string): string {
  return exe.replace(/ \(deleted\)$/, '');
}
