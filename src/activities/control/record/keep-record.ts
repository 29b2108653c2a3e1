import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { EmbeddedPostgres } from '../../../store/embedded/embedded';
import { openStore } from '../../../store/store';
import type { Store } from '../../../store/store';
import { Recorder } from './recorder';

const EVERY_MS = 5_000;
const STOP_WITHIN_MS = 3_000;
/** The embedded store begins to serve after seconds; or another controller of this machine does, which we do not hear of. */
const SERVES_WITHIN_MS = 60_000;

/** `store:` of halcyon.yaml. */
export interface RecordSettings {
  url: string | null;
  path: string | null;
  keepForMs: number;
  /** What becomes of incidents is to be published, too. @default false */
  hasEvents?: boolean;
}

interface Log {
  info(about: object, message: string): void;
  warn(about: object, message: string): void;
}

/** What a controller keeps of incidents beside Temporal. `store`: null where there is no record. */
export interface KeptRecord {
  store: Store | null;
  stop(): Promise<void>;
}

/** Begins to write incidents down, and goes on until `stop`; where the store is the embedded one, serves it as well. */
export function keepRecord(settings: RecordSettings, client: Client, log: Log): KeptRecord {
  const { url, path, keepForMs, hasEvents = false } = settings;
  if (url === null && path === null) return { store: null, stop: () => Promise.resolve() };
  const onTrouble = once((reason: string) =>
    log.warn(
      { reason },
      'incidents are not written down now; nothing waits for that, and Temporal keeps what is to be written',
    ),
  );
  const ending = new AbortController();
  let embedded: EmbeddedPostgres | null = null;
  const serving = new Promise<void>((resolve) => {
    if (path === null) return resolve();
    const onServing = () => {
      log.info({ path }, 'the embedded store serves');
      resolve();
    };
    embedded = EmbeddedPostgres.start(path, { onServing, onTrouble });
  });
  const store = openStore(url === null ? { path: path! } : { url }, { hasEvents });
  const onMigrated = (migrations: string[]) => log.info({ migrations }, 'the store was brought up to date');
  const recorder = new Recorder({ client, store, keepForMs, onTrouble, onMigrated });
  const rounds = goRound(recorder, ending.signal, serving);
  const stop = async () => {
    ending.abort();
    await Promise.race([rounds, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
    await store.close();
    await embedded?.stop();
  };
  return { store, stop };
}

async function goRound(recorder: Recorder, signal: AbortSignal, serving: Promise<unknown>): Promise<void> {
  await Promise.race([serving, sleep(SERVES_WITHIN_MS, undefined, { signal }).catch(() => undefined)]);
  while (!signal.aborted) {
    await recorder.round();
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The same is not said again and again. */
function once(say: (reason: string) => void): (reason: string) => void {
  let last: string | undefined;
  return (reason) => {
    if (reason !== last) say(reason);
    last = reason;
  };
}
