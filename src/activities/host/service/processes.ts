import { observeOpenFiles } from '../../../host/processes/open-files';
import { findListener, findPorts, portOf } from '../../../host/processes/ports';
import { findProcess } from '../../../host/processes/process-table';
import type { ProcessRecord } from '../../../host/processes/process-table';
import type { Redact } from '../../../host/redact';
import { HostError } from '../../../host/errors';
import { findServiceProcesses } from '../../../host/processes/service-processes';
import { listUsers } from '../../../host/programs/users';
import type { KingfisherSettings } from '../../../host/agent-settings';
import type { OpenFiles, PortState, ProcessInfo, ProcessList, ServiceName } from '../../../shared/observations/service';
import { maskArguments } from '../../../shared/text/secrets/arguments';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

const PROCESSES_AT_MOST = 20;
const COMMAND_CHARACTERS = 200;
const PORTS_AT_MOST = 10;

export interface ProcessActivities {
  /** A.diagnosis: `ps aux | grep kingfisher`, by user and install folder instead of by text. */
  observeProcesses(): Promise<ProcessList>;
  /** A.diagnosis: `lsof -i :8201`. */
  observePort(): Promise<PortState>;
  /** A.diagnosis: `lsof`, counted, of the service's main process. Errors: `ObservationFailed` where there is none. */
  observeOpenFiles(input: { service: ServiceName }): Promise<OpenFiles>;
}

/** A.diagnosis: `ps` and `lsof`. */
export function createProcessActivities({ settings, redact, findManager }: HostDeps): ProcessActivities {
  const { kingfisher } = settings;
  return {
    observeProcesses: asActivity(redact, async () => await listOwn(kingfisher.user, kingfisher.installDir, redact)),
    observePort: asActivity(redact, async () => await observePort(kingfisher, redact)),
    observeOpenFiles: asActivity(redact, async ({ signal }, { service }) => {
      const { mainPid, unit } = await findManager(service).observe(signal);
      if (mainPid === null) throw new HostError('ObservationFailed', `${unit} has no main process`);
      return await observeOpenFiles(mainPid);
    }),
  };
}

/** By user and install folder. */
export async function listOwn(user: string, installDir: string, redact: Redact): Promise<ProcessList> {
  const users = await listUsers();
  const uid = users.find(({ name }) => name === user)?.uid;
  const records = await findServiceProcesses(uid, installDir);
  const nameOf = (owner: number | null) => users.find((one) => one.uid === owner)?.name ?? String(owner ?? '');
  const shown = records.slice(0, PROCESSES_AT_MOST).map((record) => describe(record, nameOf(record.uid), redact));
  return { processes: shown, more: records.length - shown.length };
}

/** A process as it is recorded: its command line masked and cut. */
export function describe(record: ProcessRecord, user: string, redact: Redact): ProcessInfo {
  const { pid, state, startedAt, rssBytes } = record;
  return { pid, user, state, startedAt, rssBytes, command: commandOf(record, redact) };
}

async function observePort({ user, installDir, baseUrl }: KingfisherSettings, redact: Redact): Promise<PortState> {
  const port = portOf(baseUrl);
  const { listening, pids } = await findListener(port);
  const pid = pids.sort((a, b) => a - b)[0];
  const record = pid === undefined ? undefined : await findProcess(pid);
  return {
    port,
    listening,
    owner: record === undefined ? null : { pid: record.pid, command: commandOf(record, redact) },
    elsewhere: await listensElsewhere(user, installDir, pids),
  };
}

/** A service that listens on another port runs, and is configured otherwise than its probes and its scraper are. */
async function listensElsewhere(user: string, installDir: string, there: number[]): Promise<PortState['elsewhere']> {
  const uid = (await listUsers()).find(({ name }) => name === user)?.uid;
  const own = (await findServiceProcesses(uid, installDir)).map(({ pid }) => pid);
  if (own.some((pid) => there.includes(pid))) return [];
  const found = await Promise.all(
    own.map(async (pid) => ({ pid, ports: (await findPorts([pid])).slice(0, PORTS_AT_MOST) })),
  );
  return found.filter(({ ports }) => ports.length > 0).slice(0, PROCESSES_AT_MOST);
}

/** The command line, masked and cut. */
export function commandOf({ argv, exe }: ProcessRecord, redact: Redact): string {
  // As a list first: once they are joined, an argument of two words is two arguments.
  return redact(maskArguments(argv).join(' ') || (exe ?? ''), COMMAND_CHARACTERS);
}
