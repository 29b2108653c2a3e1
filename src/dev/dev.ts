import { once } from 'node:events';
import path from 'node:path';
import type { Role } from '../config';
import { ensureTemporalCli } from '../temporal/dev/executables';
import { banner } from './banner';
import { CannotStart } from './cannot-start';
import { dataFolder, keptToken, takeDataFolder } from './data-folder';
import type { DataFolder } from './data-folder';
import { writeFirstConfig } from './first-config';
import { writeInEffect } from './in-effect';
import type { InEffect } from './in-effect';
import { createLog } from './log';
import type { Say } from './log';
import { createParts } from './parts';
import type { Parts } from './parts';
import { portsInUse } from './ports';
import { reachable } from './reachable';
import { lookAtThisHost } from './this-host';

export interface DevOptions {
  /** Folder of everything that is kept. */
  data: string;
  /** @default the one in the folder, written where there is none */
  config?: string;
  /** Whether this host gets an agent. */
  withAgent: boolean;
  env: NodeJS.ProcessEnv;
  out: { write(text: string): unknown };
  /** How the command line is called, for what is printed: `halcyon`. */
  halcyon: string;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * All of Halcyon on this machine until SIGINT or SIGTERM: Temporal, the record, controller, intake, and where it is wanted an
 * agent, with data that stays.
 *
 * @throws Error where a part cannot start, or dies again and again; nothing is left running then
 */
export async function runDev(options: DevOptions): Promise<void> {
  const data = dataFolder(options.data);
  const release = await takeDataFolder(data);
  const say = createLog(options.out);
  try {
    const { configFile, inEffect } = await prepare(options, data, say);
    const temporalCli = await ensureTemporalCli((line) => say('dev', line));
    const token = inEffect.usesKeptToken ? keptToken(data) : '';
    const parts = createParts({ ...options, data, inEffect, temporalCli, token, say });
    await runParts(parts, say, () =>
      options.out.write(
        banner({ ...options, data, inEffect, configFile, host: reachable(inEffect.config.intake.host) }),
      ),
    );
  } finally {
    release();
  }
}

/** Everything that can be wrong before the first process runs. */
async function prepare(
  options: DevOptions,
  data: DataFolder,
  say: Say,
): Promise<{ configFile: string; inEffect: InEffect }> {
  const { withAgent, env } = options;
  const host = await lookAtThisHost();
  if (options.config === undefined && writeFirstConfig(data, host, withAgent)) {
    say('dev', `wrote ${data.firstConfig}: adapt it to your hosts`);
    if (withAgent) {
      const found = host.isFound
        ? `as systemd has ${host.unit}`
        : `systemd knows no ${host.unit}: its places are guessed`;
      say('dev', `agent: in it is this host, ${host.name}, ${found}`);
    }
  }
  const configFile = path.resolve(options.config ?? data.firstConfig);
  const roles: Role[] = ['controller', 'intake', ...(withAgent ? (['agent'] as const) : [])];
  const inEffect = writeInEffect({ path: configFile, env, data, roles, host });
  const { temporalPort, uiPort, config } = inEffect;
  const problems = await portsInUse(
    [
      { part: 'Temporal', host: '127.0.0.1', port: temporalPort, key: 'temporal.address' },
      { part: 'Temporal UI', host: '127.0.0.1', port: uiPort, key: 'temporal.uiUrl' },
      { part: 'intake', host: config.intake.host, port: config.intake.port, key: 'intake.port' },
    ],
    configFile,
  );
  if (problems.length > 0) throw new CannotStart(problems.join('\nhalcyon: '));
  return { configFile, inEffect };
}

/** Until a signal comes, or a part cannot go on. Ends all of them in their order, whatever happened. */
async function runParts(parts: Parts, say: Say, onReady: () => void): Promise<void> {
  const { intake, agent, controller, temporal } = parts;
  const inOrderOfEnd = [intake, agent, controller, temporal].filter((part) => part !== null);
  const ending = new AbortController();
  const onSignal = () => {
    // Somebody who asks twice does not want to wait.
    if (ending.signal.aborted) inOrderOfEnd.forEach((part) => part.kill());
    ending.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const ended = once(ending.signal, 'abort');
  const failed = Promise.race(inOrderOfEnd.map((part) => part.failed));
  try {
    const ready = temporal.start().then(() => Promise.all([controller, intake, agent].map((part) => part?.start())));
    await Promise.race([ready.then(() => void (ending.signal.aborted || onReady())), ended, failed]);
    await Promise.race([ended, failed]);
  } finally {
    say('dev', 'ending: intake first, Temporal last; press Ctrl-C once more to end all at once');
    for (const part of inOrderOfEnd) {
      await part.stop();
      say(part.name, 'ended');
    }
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}
