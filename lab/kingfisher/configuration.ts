/** Where the stand-in finds things (environment), and its own configuration file with the document's settings. */
import { readFileSync } from 'node:fs';

export const DEPENDENCIES = ['postgres', 'redis', 'rabbitmq'] as const;
export type Dependency = (typeof DEPENDENCIES)[number];

export interface Environment {
  /** Undefined is every address. */
  host: string | undefined;
  port: number;
  /** The configuration file. */
  configFile: string;
  dataDir: string;
  /** Test control of what cannot be broken for real; see `faults.ts`. */
  faultsFile: string;
  accessLog: string | null;
  jwtSecretFile: string;
  openaiKey: string;
  telegramToken: string;
  /** Those that it uses. */
  dependencies: Dependency[];
  /** Those of them that `/ready` asks. */
  readyChecks: Dependency[];
  urls: Record<Dependency, URL>;
}

/** Reads `KINGFISHER_*`. Throws an `Error` of one line for a value that cannot be used. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const dataDir = env.KINGFISHER_DATA ?? 'data';
  const dependencies = parseDependencies('KINGFISHER_DEPENDENCIES', env) ?? [...DEPENDENCIES];
  const readyChecks = parseDependencies('KINGFISHER_READY_CHECKS', env) ?? dependencies;
  return {
    host: env.KINGFISHER_HOST === '*' ? undefined : (env.KINGFISHER_HOST ?? '127.0.0.1'),
    port: parsePort(env.KINGFISHER_PORT ?? '8201'),
    configFile: env.KINGFISHER_CONFIG ?? 'config/kingfisher.json',
    dataDir,
    faultsFile: env.KINGFISHER_FAULTS ?? `${dataDir}/faults.json`,
    accessLog: env.KINGFISHER_ACCESS_LOG || null,
    jwtSecretFile: env.KINGFISHER_JWT_SECRET_FILE ?? '/etc/kingfisher/jwt-secret',
    openaiKey: env.OPENAI_API_KEY ?? '',
    telegramToken: env.TELEGRAM_BOT_TOKEN ?? '',
    dependencies,
    readyChecks: readyChecks.filter((name) => dependencies.includes(name)),
    urls: {
      postgres: new URL(env.KINGFISHER_POSTGRES_URL ?? 'postgres://kingfisher:kingfisher@127.0.0.1:5432/zmart_core'),
      redis: new URL(env.KINGFISHER_REDIS_URL ?? 'redis://127.0.0.1:6379/1'),
      rabbitmq: new URL(env.KINGFISHER_RABBITMQ_URL ?? 'amqp://guest:guest@127.0.0.1:5672/'),
    },
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Error(`KINGFISHER_PORT: expected a port, got "${text}"`);
}

function parseDependencies(variable: string, env: NodeJS.ProcessEnv): Dependency[] | undefined {
  const names = env[variable]?.split(',').filter((name) => name !== '');
  if (names === undefined) return undefined;
  for (const name of names) {
    if (!DEPENDENCIES.some((known) => known === name)) {
      throw new Error(`${variable}: "${name}" is none of ${DEPENDENCIES.join(', ')}`);
    }
  }
  return DEPENDENCIES.filter((known) => names.includes(known));
}

export interface Configuration {
  /** Without `base_url`, analyses are made without OpenAI. */
  openai: { max_qps: number; base_url?: string };
  orchestrator: { max_workers: number; fallback_mode?: boolean };
  rate_limits?: { requests_per_minute: number };
  /** While it is true, no analysis is begun. */
  automation?: { paused: boolean };
  /** Absent where images come from nowhere: the service makes its own. */
  telegram?: { base_url: string; channel: string };
}

/** Each is a whole number; the last need not be there. */
const WHOLE_NUMBERS = [
  ['openai', 'max_qps', 'required'],
  ['orchestrator', 'max_workers', 'required'],
  ['rate_limits', 'requests_per_minute', 'optional'],
] as const;
const LARGEST = 100_000;

/** Reads and checks the configuration file. Throws an `Error` of one line that names the file and the setting. */
export function readConfiguration(path: string): Configuration {
  const value = parseJson(path);
  for (const [section, key, presence] of WHOLE_NUMBERS) {
    const found = member(member(value, section), key);
    if (found === undefined && presence === 'optional') continue;
    const largest = presence === 'optional' ? LARGEST : 1_000;
    if (Number.isInteger(found) && Number(found) >= 1 && Number(found) <= largest) continue;
    const expected = `expected a whole number from 1 to ${largest}`;
    throw new Error(`${path}: ${section}.${key}: ${expected}, got ${JSON.stringify(found)}`);
  }
  return value as Configuration;
}

function parseJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
