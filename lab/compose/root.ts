import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectDir } from '../project';
import type { Service } from './compose-file';

const POSTGRES = '/usr/lib/postgresql';

/** Programs of images by other names than Debian's, and two that their health checks use. */
const LINKS: [string, string][] = [
  ['/usr/bin/alertmanager', '/usr/bin/prometheus-alertmanager'],
  ['/usr/bin/blackbox_exporter', '/usr/bin/prometheus-blackbox-exporter'],
];
const SCRIPTS: [string, string][] = [
  ['/usr/local/sbin/wget', 'exec curl --fail --silent --output /dev/null "${!#}"'],
  ['/usr/local/sbin/nc', 'exec 3<>"/dev/tcp/$2/$3"'],
];

/** Makes this root what the images are: their programs, and what the Dockerfile copies. */
export function furnishRoot(temporalCli: string): void {
  for (const [link, program] of LINKS) symlinkSync(program, link);
  for (const [file, line] of SCRIPTS) {
    writeFileSync(file, `#!/bin/bash\n${line}\n`);
    chmodSync(file, 0o755);
  }
  symlinkSync(temporalCli, '/usr/local/sbin/temporal');
  mkdirSync('/app/dist/lab', { recursive: true });
  const dist = (name: string) => join(projectDir, 'dist', name);
  for (const part of ['src', 'lab/stand-ins', 'workflow-bundle.js']) {
    cpSync(dist(part), join('/app/dist', part), { recursive: true });
  }
  copyFileSync(join(projectDir, 'package.json'), '/app/package.json');
  symlinkSync(join(projectDir, 'node_modules'), '/app/node_modules');
}

/** Puts what a service mounts where its container has it. */
export function mountVolumes({ volumes = [], tmpfs = [] }: Service): void {
  for (const volume of volumes) {
    const [source = '', target = ''] = volume.split(':');
    mkdirSync(dirname(target), { recursive: true });
    if (source.startsWith('./')) copyFileSync(join(projectDir, source), target);
    else mkdirFor(target);
  }
  tmpfs.forEach(mkdirFor);
}

/** Of Debian's PostgreSQL, the newest. */
export function postgresProgram(name: string): string {
  const [version = ''] = readdirSync(POSTGRES).sort().reverse();
  return join(POSTGRES, version, 'bin', name);
}

/** As a volume and a tmpfs are in a container: whoever runs there may write. */
function mkdirFor(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o1777);
}
