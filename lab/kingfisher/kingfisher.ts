/**
 * A stand-in for the KingFisher service. `--check-config` checks the configuration and ends with 0 or 1. Its environment is
 * described in `configuration.ts`.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createAccessLog } from './access/access-log';
import { Guard } from './access/guard';
import { readConfiguration, readEnvironment, type Environment } from './configuration';
import { Limits } from './limits';
import { log } from './log';
import { Metrics } from './metrics';
import { answer, type Service } from './pages';

const STATE_BYTES = 4_096;
/** The service answers at once; the clients of its dependencies take a moment to load. */
const WORK_AFTER_MS = 250;
const WORK_AGAIN_AFTER_MS = 5_000;

function main(): void {
  // Standard output may be a file on a full disk: a lost log line must not end the service.
  process.stdout.on('error', () => undefined);
  if (process.argv.includes('--check-config')) return checkConfiguration();
  const environment = orExit(() => readEnvironment(process.env));
  const configuration = orExit(() => readConfiguration(environment.configFile));
  const { max_qps: maxQps } = configuration.openai;
  log('INFO', 'main', `starting, openai.max_qps=${maxQps} max_workers=${configuration.orchestrator.max_workers}`);
  orExit(() => writeState(environment.dataDir));
  serve(environment, new Limits(environment.configFile, configuration));
}

function checkConfiguration(): void {
  try {
    readConfiguration(readEnvironment(process.env).configFile);
    console.log('Config OK');
  } catch (error) {
    console.log(`Config invalid: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}

function orExit<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    log('ERROR', 'main', `cannot start: ${(error as Error).message}`);
    process.exit(1);
  }
}

/** Throws an `Error` that names the file. */
function writeState(dataDir: string): void {
  const path = `${dataDir}/state.json`;
  const state = JSON.stringify({ pid: process.pid, started_at: new Date().toISOString() }).padEnd(STATE_BYTES - 1);
  try {
    mkdirSync(dataDir, { recursive: true });
    replaceFile(path, `${state}\n`);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`);
  }
}

/** Written beside and renamed, so that a full disk is noticed even when an older file is there. */
function replaceFile(path: string, content: string): void {
  const file = openSync(`${path}.new`, 'w', 0o640);
  try {
    if (writeSync(file, content) < Buffer.byteLength(content)) throw new Error('ENOSPC: no space left on device');
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
}

function serve(environment: Environment, limits: Limits): void {
  const metrics = new Metrics();
  const guard = new Guard(environment, limits, metrics);
  const service: Service = { environment, metrics, limits, guard, startedAt: new Date(), work: null };
  if (!environment.dependencies.includes('postgres')) service.metrics.outboxPending = 0;
  const server = createHttpServer(service);
  server.on('error', (error) => {
    log('ERROR', 'main', `cannot start: ${error.message}`);
    process.exit(1);
  });
  server.listen(environment.port, environment.host, () => {
    log('INFO', 'main', `serving on ${environment.host ?? '*'}:${environment.port}`);
    setTimeout(() => void startWork(service), WORK_AFTER_MS);
    limits.watch();
  });
  stopOnSignal(server);
}

/** Tried again until it can be done: a service that can open no more files goes on answering. */
async function startWork(service: Service): Promise<void> {
  try {
    const { Work } = await import('./tasks/work');
    service.work = new Work(service.environment, service.limits, service.metrics);
    service.work.start();
  } catch (error) {
    log('ERROR', 'main', `cannot begin to work: ${(error as Error).message.split('\n')[0]}`);
    setTimeout(() => void startWork(service), WORK_AGAIN_AFTER_MS);
  }
}

function createHttpServer(service: Service): Server {
  const access = createAccessLog(service.environment.accessLog);
  return createServer((request, response) => {
    void answer(service, request).then((page) => {
      const bytes = Buffer.byteLength(page.body);
      response.writeHead(page.status, { ...page.headers, 'content-type': page.type, 'content-length': bytes });
      response.end(request.method === 'HEAD' ? undefined : page.body);
      access(request, { status: page.status, bytes, client: page.client });
    });
  });
}

function stopOnSignal(server: Server): void {
  const stop = (signal: NodeJS.Signals): void => {
    log('INFO', 'main', `${signal}, stopped`);
    server.close(() => process.exit(0));
    server.closeAllConnections();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main();
