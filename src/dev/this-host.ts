import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { promisify } from 'node:util';

/** KingFisher on this machine as far as it can be seen from outside; what cannot is as the document has it. */
export interface ThisHost {
  name: string;
  unit: string;
  user: string;
  installDir: string;
  dataDir: string;
  logFile: string;
  accessLog: string;
  /** Whether systemd knows the unit. */
  isFound: boolean;
}

const SYSTEMCTL = '/usr/bin/systemctl';
const UNITS = ['kingfisher.service', 'zmart-kingfisher.service'];
const WITHIN_MS = 5_000;

/** Looks at this machine and changes nothing; never fails. */
export async function lookAtThisHost(): Promise<ThisHost> {
  const seen = await Promise.all(UNITS.map(propertiesOf));
  const index = Math.max(
    0,
    seen.findIndex(({ LoadState }) => LoadState === 'loaded'),
  );
  const { LoadState, WorkingDirectory, User } = seen[index]!;
  const installDir =
    WorkingDirectory?.startsWith('/') && WorkingDirectory.length > 1 ? WorkingDirectory : '/opt/kingfisher';
  const firstOf = (candidates: string[], otherwise: string) => candidates.find((file) => existsSync(file)) ?? otherwise;
  return {
    name: nameOf(hostname()),
    unit: UNITS[index]!,
    user: User || 'kingfisher',
    installDir,
    dataDir: firstOf([`${installDir}/data`, '/var/lib/kingfisher/data'], '/var/lib/kingfisher/data'),
    logFile: firstOf(['/var/log/kingfisher/service.log'], 'journal'),
    accessLog: firstOf(['/var/log/kingfisher/access.log'], 'none'),
    isFound: LoadState === 'loaded',
  };
}

/** As `hosts:` in halcyon.yaml takes it: `h1` of `h1.example.com`. */
function nameOf(full: string): string {
  const [short = ''] = full.split('.');
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(short) ? short : 'this-host';
}

async function propertiesOf(unit: string): Promise<Record<string, string>> {
  const args = ['show', '--property=LoadState,WorkingDirectory,User', unit];
  try {
    const { stdout } = await promisify(execFile)(SYSTEMCTL, args, { timeout: WITHIN_MS });
    return Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2)));
  } catch {
    return {};
  }
}
