import type { Permitted } from '../../../shared/safety/permit';
import { HostError } from '../../../host/errors';
import type { ProcessRecord } from '../../../host/processes/process-table';
import { endStrays, findStrays } from '../../../host/processes/strays';
import type { EndedStray, Service } from '../../../host/processes/strays';
import { listUsers } from '../../../host/programs/users';
import type { User } from '../../../host/programs/users';
import type { StrayList, StraysEnded } from '../../../shared/observations/service';
import type { HostDeps } from '../core/deps';
import { refuseUnusable } from './ensure-restarted';
import { commandOf, describe } from './processes';
import { createSerializer } from '../core/serialize';
import { asActivity } from '../core/run';
import type { ChangeRun } from '../core/change';

const PROCESSES_AT_MOST = 20;
const LONGEST_GRACE_MS = 120_000;
/** Nothing is killed before it could end by itself, whatever a workflow says. */
const SHORTEST_GRACE_MS = 1_000;

export interface StrayActivities {
  /** H.1 dry run: processes of the service's user or install folder outside its unit. */
  observeStrays(): Promise<StrayList>;
  /** H.1: none of them is left: TERM, deadline, KILL. Never self, ancestors, the agent, editors, tails, database clients. */
  ensureStraysEnded(input: Permitted<{ graceMs: number }>): Promise<StraysEnded>;
}

/** H.1: `pkill -f`, without the editors, tails and people that it hits too. */
export function createStrayActivities(deps: HostDeps): StrayActivities {
  const { redact, asChange } = deps;
  const inTurn = createSerializer();
  return {
    observeStrays: asActivity(redact, async ({ signal }) => {
      const users = await listUsers();
      return listed(await findStrays(serviceOf(deps, users, signal)), users, deps);
    }),
    ensureStraysEnded: asChange('ensureStraysEnded', async (run, { graceMs }) => {
      return await inTurn('strays', async () => await ensureStraysEnded(deps, graceMs, run));
    }),
  };
}

async function ensureStraysEnded(deps: HostDeps, graceMs: number, run: ChangeRun): Promise<StraysEnded> {
  if (!(graceMs >= 0 && graceMs <= LONGEST_GRACE_MS)) {
    throw new HostError('UnsafeSelector', `a grace of ${graceMs} ms is not one from 0 to ${LONGEST_GRACE_MS} ms`);
  }
  // What still runs under a unit that is gone looks like a stray, and nothing could start it again.
  refuseUnusable(await deps.findManager('kingfisher').observe(run.signal));
  const users = await listUsers();
  const service = serviceOf(deps, users, run.signal);
  const before = await findStrays(service);
  const ended = await endStrays(service, Math.max(graceMs, SHORTEST_GRACE_MS), run);
  const after = await findStrays(service);
  return {
    before: listed(before, users, deps),
    after: listed(after, users, deps),
    changed: ended.some(({ how }) => how !== 'by itself'),
    notes: notesOf(deps, users, ended),
    ended: ended.slice(0, PROCESSES_AT_MOST).map(({ record, how }) => {
      return { pid: record.pid, command: commandOf(record, deps.redact), how };
    }),
  };
}

function serviceOf({ settings, findManager }: HostDeps, users: User[], signal: AbortSignal): Service {
  const { user, installDir } = settings.kingfisher;
  const observe = async () => await findManager('kingfisher').observe(signal);
  return { uid: tellingUid(users, user), installDir, observe };
}

/** Of root, or of the agent's own user, everything else on the host would be the service's. */
function tellingUid(users: User[], name: string): number | undefined {
  const uid = users.find((user) => user.name === name)?.uid;
  return uid === 0 || uid === process.getuid?.() ? undefined : uid;
}

function listed(records: ProcessRecord[], users: User[], { redact }: HostDeps): StrayList {
  const nameOf = (uid: number | null) => users.find((user) => user.uid === uid)?.name ?? String(uid ?? '');
  const shown = records.slice(0, PROCESSES_AT_MOST).map((record) => describe(record, nameOf(record.uid), redact));
  return { processes: shown, more: records.length - shown.length };
}

function notesOf({ settings }: HostDeps, users: User[], ended: EndedStray[]): string[] {
  const { user } = settings.kingfisher;
  const more = ended.length - PROCESSES_AT_MOST;
  return [
    ...(tellingUid(users, user) === undefined ? [`${user} does not tell the service's processes from others`] : []),
    ...(more > 0 ? [`${more} more were ended`] : []),
  ];
}
