import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { UnknownBuild, currentBuild, makeCurrent } from './deployment';

/** Temporal learns of a build when its controller first asks for work. */
const KNOWN_WITHIN_MS = 60_000;
const AGAIN_MS = 500;

/**
 * Says in the log whether this build gets what begins. The first build ever makes itself current, else nothing would begin
 * at all; which of several does is for people to say. Does not wait, and ends nothing.
 */
export function announceBuild(client: Client, buildId: string, logger: Pick<Logger, 'info' | 'warn'>): void {
  void announce(client, buildId, logger).catch((err: unknown) => {
    const reason = err instanceof Error ? err.message : String(err);
    logger.warn({ buildId, reason }, 'whether this build gets what begins is not known: "halcyon rollout status"');
  });
}

async function announce(client: Client, buildId: string, logger: Pick<Logger, 'info' | 'warn'>): Promise<void> {
  const current = await currentBuild(client);
  if (current.buildId === buildId) return logger.info({ buildId }, 'this build gets what begins');
  if (!current.decided) {
    await makeFirst(client, buildId);
    return logger.info({ buildId }, 'the first build: it gets what begins');
  }
  const remedy = `halcyon rollout use ${buildId}`;
  logger.warn(
    { buildId, current: current.buildId, remedy },
    'this build gets nothing that begins, until somebody says so',
  );
}

async function makeFirst(client: Client, buildId: string): Promise<void> {
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      return await makeCurrent(client, buildId);
    } catch (err) {
      if (!(err instanceof UnknownBuild) || Date.now() > deadline) throw err;
      await sleep(AGAIN_MS);
    }
  }
}
