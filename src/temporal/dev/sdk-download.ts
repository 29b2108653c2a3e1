import { readFileSync } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './command';

/** Which of the SDK's two servers. */
export type SdkServer = 'local' | 'timeSkipping';

/** Where the network is closed the download may hang rather than fail. */
const TIMEOUT_MS = 20_000;
/** A failed download is not tried again for this long, so that a closed network costs its time-out once. */
const FAILURE_KEPT_MS = 6 * 60 * 60 * 1000;

/**
 * The SDK downloads a server only by starting it, and a hanging download cannot be cancelled from inside: so it happens
 * in a process of its own, which starts the server and stops it again.
 */
const DOWNLOADER = `
const { TestWorkflowEnvironment } = require(process.argv[1]);
const create = process.argv[2] === 'local' ? 'createLocal' : 'createTimeSkipping';
const executable = { type: 'cached-download', downloadDir: process.argv[3] };
TestWorkflowEnvironment[create]({ server: { executable } })
  .then((env) => env.teardown())
  .catch((err) => { console.error(String(err)); process.exit(1); });
`;

/** Version of the installed SDK: it decides which server it downloads. */
export function sdkVersion(): string {
  const file = require.resolve('@temporalio/testing/package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/**
 * Lets the SDK download a server into the empty folder `directory`.
 *
 * @param failureNote file that remembers a failure
 * @returns path of the executable in `directory`
 * @throws Error saying why not: at once when it failed within the last hours
 */
export async function downloadBySdk(server: SdkServer, directory: string, failureNote: string): Promise<string> {
  const earlier = await recentFailure(failureNote);
  if (earlier !== null) throw new Error(`failed in the last hours, not tried again: ${earlier}`);
  const testing = require.resolve('@temporalio/testing');
  const args = ['-e', DOWNLOADER, testing, server, directory];
  const result = await runCommand(process.execPath, args, { timeoutMs: TIMEOUT_MS });
  const file = result.exitCode === 0 ? await onlyFile(directory) : null;
  if (file !== null) return file;
  const reason = result.timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : lastLine(result.output);
  await writeFile(failureNote, reason);
  throw new Error(reason);
}

async function recentFailure(note: string): Promise<string | null> {
  const age = await stat(note).then(
    (found) => Date.now() - found.mtimeMs,
    () => Infinity,
  );
  return age < FAILURE_KEPT_MS ? await readFile(note, 'utf8') : null;
}

async function onlyFile(directory: string): Promise<string | null> {
  const entries = await readdir(directory, { withFileTypes: true });
  const file = entries.find((entry) => entry.isFile());
  return file === undefined ? null : path.join(directory, file.name);
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) || 'it downloaded nothing';
}
