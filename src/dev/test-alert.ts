import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadConfigFor } from '../config';
import type { Config } from '../config';
import { CannotStart } from './cannot-start';
import { dataFolder, keptToken } from './data-folder';
import type { DataFolder } from './data-folder';
import { reachable } from './reachable';

export interface TestAlert {
  data: string;
  /** @default the only one of the configuration */
  host?: string;
  alertname: string;
  severity: string;
  /** The end of the one that was sent last, in place of another. */
  isResolved: boolean;
  env: NodeJS.ProcessEnv;
}

interface Answer {
  incidents?: string[];
  started?: number;
  error?: string;
}

/** When the one that was sent last began, by alert and host: its end must name the same. */
type Begun = Record<string, string>;

/**
 * Brings a test alert to the intake of `halcyon dev`, as Alertmanager would.
 *
 * @returns what became of it, in one line
 * @throws CannotStart that says what to do
 */
export async function sendTestAlert(options: TestAlert): Promise<string> {
  const data = dataFolder(options.data);
  const config = readConfig(data, options.env);
  const host = hostOf(config, options.host);
  const key = `${options.alertname}/${host}`;
  const begun = readBegun(data);
  const startsAt = options.isResolved ? begun[key] : new Date().toISOString();
  if (startsAt === undefined) throw new CannotStart(`no test alert ${key} was sent from here: there is nothing to end`);
  const { port, token } = config.intake;
  const url = `http://${reachable(config.intake.host)}:${port}/api/v1/alerts`;
  const answer = await post(url, token, message(options, instanceOf(config, host), startsAt));
  writeFileSync(begunFile(data), JSON.stringify({ ...begun, [key]: startsAt }), { mode: 0o600 });
  const [incident = 'no incident'] = answer.incidents ?? [];
  const what = options.isResolved ? 'is told that its alert is over' : answer.started === 1 ? 'began' : 'heard of it';
  return `${incident} ${what}`;
}

function readConfig(data: DataFolder, env: NodeJS.ProcessEnv): Config {
  try {
    const HALCYON_INTAKE_TOKEN = env['HALCYON_INTAKE_TOKEN'] || keptToken(data);
    return loadConfigFor(['intake'], { path: data.inEffect, env: { ...env, HALCYON_INTAKE_TOKEN } });
  } catch (err) {
    const { code } = err as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw err;
    throw new CannotStart(
      `${data.folder} has no data of "halcyon dev": start that first, or name its folder with --data`,
    );
  }
}

function hostOf({ hosts }: Config, given: string | undefined): string {
  const known = Object.keys(hosts);
  const host = given ?? (known.length === 1 ? known[0] : undefined);
  if (host === undefined)
    throw new CannotStart(`name one of the hosts with --host: ${known.join(', ') || 'there is none under hosts'}`);
  if (hosts[host] === undefined) throw new CannotStart(`--host ${host} is not one of the hosts: ${known.join(', ')}`);
  return host;
}

function instanceOf({ hosts }: Config, host: string): string {
  return hosts[host]?.instances[0] ?? `${host}:8201`;
}

function message({ alertname, severity, isResolved }: TestAlert, instance: string, startsAt: string): object {
  const labels = { alertname, instance, severity };
  const status = isResolved ? 'resolved' : 'firing';
  const alert = {
    status,
    labels,
    annotations: { summary: `Test alert about ${instance}, sent by hand` },
    startsAt,
    endsAt: isResolved ? new Date().toISOString() : '0001-01-01T00:00:00Z',
    generatorURL: '',
    fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
  };
  return {
    ...{ version: '4', groupKey: `{}:{alertname="${alertname}"}`, truncatedAlerts: 0, status, receiver: 'halcyon' },
    ...{ groupLabels: { alertname }, commonLabels: labels, commonAnnotations: {}, externalURL: '', alerts: [alert] },
  };
}

async function post(url: string, token: string | null, body: object): Promise<Answer> {
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const headers = { 'content-type': 'application/json', ...authorization };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }).catch((cause: unknown) => {
    throw new CannotStart(`nobody answers at ${url}: does "halcyon dev" run?`, { cause });
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok)
    throw new CannotStart(`intake answered ${response.status}: ${answer.error ?? 'it does not say why'}`);
  return answer;
}

function begunFile({ folder }: DataFolder): string {
  return path.join(folder, 'test-alerts.json');
}

function readBegun(data: DataFolder): Begun {
  try {
    return JSON.parse(readFileSync(begunFile(data), 'utf8')) as Begun;
  } catch {
    return {};
  }
}
