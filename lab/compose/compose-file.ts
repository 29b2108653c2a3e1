import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectDir } from '../project';

/** One service of docker-compose.yml, as far as it is used there. */
export interface Service {
  image: string;
  profiles?: string[];
  build?: string | { context: string; target?: string };
  entrypoint?: string[];
  command?: string[];
  environment?: Record<string, string | number>;
  env_file?: string | string[];
  volumes?: string[];
  tmpfs?: string[];
  ports?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

const PROJECT_FILE = join(projectDir, 'docker-compose.yml');
const VARIABLE = /\$\{([A-Z_]+)(?::\?[^}]*)?\}/g;

/** The services of docker-compose.yml with `variables` filled in, as `.env` has them. */
export function readServices(variables: Record<string, string>): Record<string, Service> {
  const text = readFileSync(PROJECT_FILE, 'utf8').replace(VARIABLE, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`docker-compose.yml wants ${name}`);
    return value;
  });
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

/**
 * The environment of a service.
 *
 * @param envFiles contents of the files that `env_file` names, by their paths
 */
export function environmentOf(service: Service, envFiles: Record<string, string>): Record<string, string> {
  const files = [service.env_file ?? []].flat();
  const fromFiles = files.flatMap((file) => {
    const content = envFiles[file];
    if (content === undefined) throw new Error(`nobody says what is in ${file}`);
    return variablesIn(content);
  });
  const own = Object.entries(service.environment ?? {}).map(([name, value]) => [name, String(value)]);
  return Object.fromEntries([...fromFiles, ...own]) as Record<string, string>;
}

function variablesIn(content: string): string[][] {
  return [...content.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]);
}

/** What an image runs where the service does not say: the last CMD of its stage in the Dockerfile. */
export function commandOfImage(target: string | undefined): string[] {
  const stages = readFileSync(join(projectDir, 'Dockerfile'), 'utf8')
    .split(/^FROM /m)
    .slice(1);
  const stage =
    target === undefined ? stages.at(-1) : stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${target}`));
  const [, command] = /^CMD (\[.*\])$/m.exec(stage ?? '') ?? [];
  if (command === undefined) throw new Error(`the Dockerfile has no CMD for ${target ?? 'its last stage'}`);
  return JSON.parse(command) as string[];
}
