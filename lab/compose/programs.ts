import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { commandOfImage } from './compose-file';
import type { Service } from './compose-file';
import { postgresProgram } from './root';

/** Nobody of this machine, as in an image the user that owns nothing. */
const AS_NOBODY = ['/usr/bin/setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const AS_POSTGRES = ['/usr/bin/setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'];

/** Services that this machine has no program for: what is left unchecked of them. */
export const NOT_RUN: Record<string, string> = {
  postgres: "Temporal's development server keeps its state itself",
  'temporal-schema': "Temporal's SQL tool comes in its image only",
  ui: 'it comes in its image only',
};

/** The process that stands for a service, or undefined where there is none. */
export function programOf(name: string, service: Service, env: Record<string, string>): string[] | undefined {
  if (NOT_RUN[name] !== undefined) return undefined;
  const [repository = ''] = service.image.split(':');
  switch (repository) {
    case 'postgres':
      return postgres(env);
    case 'temporalio/server':
      return temporal(env);
    case 'temporalio/admin-tools':
      return [...(service.entrypoint ?? [])];
    case 'prom/prometheus':
      return [...AS_NOBODY, 'prometheus', ...(service.command ?? [])];
    case 'prom/blackbox-exporter':
      return [...AS_NOBODY, 'blackbox_exporter', ...(service.command ?? [])];
    case 'prom/alertmanager':
      return [...AS_NOBODY, ...(service.entrypoint ?? []), ...(service.command ?? [])];
    case 'halcyon':
    case 'halcyon-standins':
      return [...AS_NOBODY, ...(service.command ?? commandOfImage(targetOf(service)))];
    default:
      throw new Error(`nobody knows which program stands for ${service.image}`);
  }
}

function targetOf({ build }: Service): string | undefined {
  return typeof build === 'object' ? build.target : undefined;
}

/** As the image's own start does: makes the user, its password and its database where there are none. */
function postgres(env: Record<string, string>): string[] {
  const data = '/var/lib/postgresql/data';
  const script = `
    set -e
    password=$(mktemp)
    printf %s "$POSTGRES_PASSWORD" >"$password"
    ${postgresProgram('initdb')} --pgdata ${data}/pg --auth=scram-sha-256 --username "$POSTGRES_USER" --pwfile "$password" --no-sync
    echo "CREATE DATABASE ${env['POSTGRES_DB']}" | ${postgresProgram('postgres')} --single -D ${data}/pg postgres
    exec ${postgresProgram('postgres')} -D ${data}/pg -h 127.0.0.1 -k /tmp -c fsync=off`;
  return [...AS_POSTGRES, '/bin/bash', '-c', script];
}

/** The development server with the mounted settings. */
function temporal(env: Record<string, string>): string[] {
  const settings = parse(readFileSync(env['DYNAMIC_CONFIG_FILE_PATH'] ?? '', 'utf8')) as Record<
    string,
    { value: unknown }[]
  >;
  const values = Object.entries(settings).map(([key, [first]]) => `${key}=${JSON.stringify(first?.value)}`);
  const server = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', '7233', '--log-level', 'error'];
  return ['temporal', ...server, ...values.flatMap((value) => ['--dynamic-config-value', value])];
}
