import type { Client } from '@temporalio/client';
import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Logger } from 'pino';

/** What every role of a worker process stands on. */
export interface RoleDeps {
  connection: NativeConnection;
  client: Client;
  logger: Logger;
}

/** A worker that is ready to run, and what goes on beside it until `stop`. */
export interface RunningRole {
  worker: Worker;
  stop(): Promise<void>;
}
