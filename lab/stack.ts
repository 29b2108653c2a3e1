import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { stringify } from 'yaml';
import { createClient } from '../src/temporal/connection';
import { Daemon, answers } from './daemon';
import { projectDir } from './project';
import { startTemporal } from './temporal/dev-server';
import type { TemporalServer } from './temporal/dev-server';
import { freePorts } from './temporal/ports';

export interface StackOptions {
  /** Configuration, logs and the server's database go here. */
  directory: string;
  /** `hosts:` of halcyon.yaml. */
  hosts: Record<string, { instances: string[]; services: string[] }>;
  /** `runbooks:` of halcyon.yaml, where the defaults are too slow. */
  runbooks?: Record<string, object>;
  /** Other sections of halcyon.yaml, where the defaults do not fit. */
  sections?: Record<string, unknown>;
  /** Environment variables for `${NAME}` in these sections. */
  env?: Record<string, string>;
  /** `agent:` of halcyon.yaml; with it the controller's process is the host's agent too. */
  agent?: object;
  ui?: boolean;
  onProgress?: (line: string) => void;
}

/** `guard:` where many incidents in a row are the point. */
export const PATIENT_GUARD = { restartsPerHour: 1_000, flapping: { incidents: 1_000, within: '1m' } };

/** Temporal, controller and intake as processes of their own, as they run in production. */
export interface Stack {
  temporal: TemporalServer;
  controller: Daemon;
  intake: Daemon;
  client: Client;
  webhookUrl: string;
  token: string;
  /** The halcyon.yaml that they run with. */
  configFile: string;
  stop(): Promise<void>;
}

/**
 * Starts the whole of Halcyon but its monitored host.
 *
 * @throws Error with the end of the log of what did not start; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  mkdirSync(options.directory, { recursive: true });
  const ending: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (let end = ending.pop(); end !== undefined; end = ending.pop()) await end();
  };
  try {
    return { ...(await startParts(options, ending)), stop };
  } catch (err) {
    await stop();
    throw err;
  }
}

async function startParts(options: StackOptions, ending: (() => Promise<void>)[]): Promise<Omit<Stack, 'stop'>> {
  const { directory, ui = false, onProgress } = options;
  const token = randomBytes(24).toString('base64url');
  const temporal = await startTemporal({ directory, ui, ...(onProgress === undefined ? {} : { onProgress }) });
  ending.push(() => temporal.stop());
  const [port = 0] = await freePorts(1);
  const configFile = writeConfig(options, temporal, port);
  const env = { ...process.env, HALCYON_INTAKE_TOKEN: token, ...options.env };

  const controller = new Daemon({
    name: options.agent === undefined ? 'controller' : 'controller and agent',
    command: [
      ...node('worker.js'),
      '--role',
      'controller',
      ...(options.agent ? ['agent'] : []),
      '--config',
      configFile,
    ],
    logFile: join(directory, 'controller.log'),
    isReady: (daemon) => daemon.log.includes('"worker running"'),
    env,
  });
  const intake = new Daemon({
    name: 'intake',
    command: [...node('intake.js'), '--config', configFile],
    logFile: join(directory, 'intake.log'),
    isReady: () => answers(`http://127.0.0.1:${port}/readyz`),
    env,
  });
  await Promise.all(
    [controller, intake].map(async (daemon) => {
      ending.push(() => daemon.stop());
      await daemon.start();
    }),
  );
  const client = createClient({ address: temporal.address, namespace: 'default', apiKey: null, tls: null });
  ending.push(() => client.connection.close());
  const webhookUrl = `http://127.0.0.1:${port}/api/v1/alerts`;
  return { temporal, controller, intake, client, webhookUrl, token, configFile };
}

function node(entry: string): string[] {
  return [process.execPath, join(projectDir, 'dist', 'src', entry)];
}

function writeConfig(options: StackOptions, temporal: TemporalServer, port: number): string {
  const file = join(options.directory, 'halcyon.yaml');
  const config = {
    temporal: { address: temporal.address, ...(temporal.uiUrl === null ? {} : { uiUrl: temporal.uiUrl }) },
    intake: { port, token: '${HALCYON_INTAKE_TOKEN}' },
    hosts: options.hosts,
    ...(options.runbooks === undefined ? {} : { runbooks: options.runbooks }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    ...options.sections,
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
