import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

/** The thread's program: PostgreSQL in WebAssembly over a folder, behind a socket that speaks PostgreSQL's protocol. */
async function serve({ data, socket }: { data: string; socket: string }): Promise<void> {
  const db = await PGlite.create(data);
  const server = new PGLiteSocketServer({ db, path: socket, maxConnections: 32 });
  await server.start();
  parentPort?.once('message', () => {
    void server
      .stop()
      .then(() => db.close())
      .finally(() => process.exit(0));
  });
  parentPort?.postMessage('serving');
}

void serve(workerData as { data: string; socket: string });
