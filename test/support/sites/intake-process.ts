import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { Daemon, answers } from '../../../lab/daemon';
import { projectDir } from '../../../lab/project';
import type { Stack } from '../../../lab/stack';
import { freePorts } from '../../../lab/temporal/ports';
import { waitFor } from '../wait-for';

/** An intake that a test posts to: one of its own, or the one of a stack. */
export interface Door {
  webhookUrl: string;
  token: string;
}

/** What intake answered to one message. */
export interface Answer {
  status: number;
  retryAfter: string | null;
  body: {
    alerts?: number;
    incidents?: string[];
    started?: number;
    signalled?: number;
    duplicate?: number;
    closedEpisode?: number;
    nothingOpen?: number;
    error?: string;
    problems?: string[];
  };
}

/** Posts one message as Alertmanager does. */
export async function post(door: Door, message: object): Promise<Answer> {
  const response = await fetch(door.webhookUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${door.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  const body = (await response.json()) as Answer['body'];
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

/** Posts it as often as Alertmanager does: 503 means that it is to come again. Resolves with any other status. */
export async function deliver(door: Door, message: object): Promise<number> {
  const isTaken = async () => {
    const { status } = await post(door, message);
    return status === 503 ? undefined : status;
  };
  return await waitFor(isTaken, { what: 'a message to be taken', deadlineMs: 150_000 });
}

/** Another page of the same door: `healthz`, `readyz`. */
export async function statusOf(door: Door, page: string): Promise<number> {
  const response = await fetch(new URL(`/${page}`, door.webhookUrl));
  await response.arrayBuffer();
  return response.status;
}

export type IntakeProcess = Door & { daemon: Daemon };

/** Starts an intake process with this configuration, on a port of its own. Stop its daemon. */
export async function startIntake(options: {
  directory: string;
  config: Record<string, unknown>;
  token: string;
}): Promise<IntakeProcess> {
  const { directory, token } = options;
  const [port = 0] = await freePorts(1);
  const configFile = join(directory, `intake-${port}.yaml`);
  const intake = { ...(options.config['intake'] as object), port, token: '${HALCYON_INTAKE_TOKEN}' };
  const config = { ...options.config, intake };
  writeFileSync(configFile, stringify(config), { mode: 0o600 });
  const daemon = new Daemon({
    name: 'intake',
    command: [process.execPath, join(projectDir, 'dist', 'src', 'intake.js'), '--config', configFile],
    logFile: join(directory, `intake-${port}.log`),
    isReady: () => answers(`http://127.0.0.1:${port}/readyz`),
    env: { ...process.env, HALCYON_INTAKE_TOKEN: token },
  });
  await daemon.start();
  return { webhookUrl: `http://127.0.0.1:${port}/api/v1/alerts`, token, daemon };
}

/** A second intake beside the one of a stack, as two sites have two. */
export async function startSecondIntake(stack: Stack, directory: string): Promise<IntakeProcess> {
  const config = parse(readFileSync(stack.configFile, 'utf8')) as Record<string, unknown>;
  return await startIntake({ directory, config, token: stack.token });
}
