import path from 'node:path';
import { isServing } from '../temporal/dev/serving';
import { devServerArguments } from '../temporal/dev/server-arguments';
import type { DataFolder } from './data-folder';
import type { InEffect } from './in-effect';
import type { Say } from './log';
import { Part } from './part';
import { reachable } from './reachable';

export interface PartsOptions {
  data: DataFolder;
  inEffect: InEffect;
  withAgent: boolean;
  env: NodeJS.ProcessEnv;
  /** Temporal's command line. */
  temporalCli: string;
  /** What intake asks for, where the configuration has none. */
  token: string;
  say: Say;
}

/** The processes in the order in which they end: nothing is taken any more before those go that would work on it. */
export interface Parts {
  intake: Part;
  agent: Part | null;
  /** It serves the embedded record too. */
  controller: Part;
  temporal: Part;
}

/** Of a worker, once it asks for work. */
const RUNNING = '"worker running"';

/** The same processes as a site has, each as its own unit would start it. */
export function createParts(options: PartsOptions): Parts {
  const { inEffect, withAgent, env, token, say } = options;
  const { host, port } = inEffect.config.intake;
  const intakeEnv = inEffect.usesKeptToken ? { ...env, HALCYON_INTAKE_TOKEN: token } : env;
  const worker = (role: 'controller' | 'agent') =>
    new Part({
      name: role,
      command: program(options, 'worker.js', '--role', role),
      env,
      isReady: (part) => part.hasSaid(RUNNING),
      say,
    });
  return {
    temporal: temporal(options),
    controller: worker('controller'),
    agent: withAgent ? worker('agent') : null,
    intake: new Part({
      name: 'intake',
      command: program(options, 'intake.js'),
      env: intakeEnv,
      isReady: () => answers(`http://${reachable(host)}:${port}/readyz`),
      say,
    }),
  };
}

function temporal({ data, inEffect, env, temporalCli, say }: PartsOptions): Part {
  const { temporalPort: port, uiPort, config } = inEffect;
  const { namespace } = config.temporal;
  const server = { port, uiPort, databaseFile: data.temporalDatabase };
  return new Part({
    name: 'temporal',
    command: [temporalCli, ...devServerArguments(namespace === 'default' ? server : { ...server, namespace })],
    env,
    isReady: () => isServing(`127.0.0.1:${port}`),
    say,
  });
}

function program({ data }: PartsOptions, entry: string, ...args: string[]): string[] {
  return [process.execPath, path.join(__dirname, '..', entry), ...args, '--config', data.inEffect];
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
