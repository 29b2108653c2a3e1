import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { ChecklistStarter } from './starter';
import type { PostIncidentPolicy } from './starter';

const EVERY_MS = 10_000;
const STOP_WITHIN_MS = 3_000;

interface Log {
  warn(about: object, message: string): void;
}

/** Begins to start checklists, and goes on until what it returns is called. `policy`: null where nobody wants any. */
export function keepStarting(policy: PostIncidentPolicy | null, client: Client, log: Log): () => Promise<void> {
  if (policy === null) return () => Promise.resolve();
  let last = '';
  const onTrouble = (reason: string) => {
    if (reason !== last) log.warn({ reason }, 'a checklist is not started now; Temporal keeps what it is about');
    last = reason;
  };
  const starter = new ChecklistStarter({ client, policy, onTrouble });
  const ending = new AbortController();
  const rounds = (async () => {
    while (!ending.signal.aborted) {
      await starter.round();
      await sleep(EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    ending.abort();
    await Promise.race([rounds, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
  };
}
