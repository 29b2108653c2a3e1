/** What people do about incidents, as often as it takes: whatever they talk to may be dead at that moment. */
import { join } from 'node:path';
import { webhookMessage } from '../monitoring/alertmanager-message';
import { projectDir } from '../project';
import { run } from '../support/run';
import type { LeasePlay, Play } from './plan';
import type { PagedIncident } from './record';
import type { ChaosSite } from './site';
import { until } from '../support/until';

const TAKEN_WITHIN_MS = 90_000;
const CALL_MS = 15_000;
/** A person's command found no Temporal. */
const UNREACHABLE = 3;

/** Posts an alert until intake has it, as Alertmanager does. Its incident, as soon as that is known. */
export async function fire(site: ChaosSite, play: Play, signal: AbortSignal): Promise<PagedIncident> {
  const { client, webhookUrl, token } = site.stack;
  const workflowId = `incident/${play.name}/${play.host}`;
  const startsAt = Date.now();
  const message = webhookMessage({
    labels: { alertname: play.name, instance: play.host, severity: 'critical' },
    annotations: { summary: `Chaos on ${play.host}` },
    startsAt: new Date(startsAt).toISOString(),
    generatorURL: '',
  });
  const isTaken = async () => {
    const response = await fetch(webhookUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(CALL_MS),
    });
    await response.arrayBuffer();
    return response.ok || undefined;
  };
  const runOf = async () => (await client.workflow.getHandle(workflowId).describe()).runId;
  const patience = { deadlineMs: TAKEN_WITHIN_MS, signal };
  if ((await until(isTaken, patience)) === undefined) throw new Error(`intake does not take ${play.name}`);
  const runId = await until(runOf, patience);
  if (runId === undefined) throw new Error(`${workflowId} did not begin`);
  return { workflowId, runs: [runId], startsAt, due: [], acknowledged: null };
}

/** Somebody has it. Null where nobody could take it. */
export async function acknowledge(
  site: ChaosSite,
  { workflowId }: PagedIncident,
  forMs: number | null,
  signal: AbortSignal,
): Promise<PagedIncident['acknowledged']> {
  const { client } = site.stack;
  const argument = { as: 'anna', ...(forMs === null ? {} : { for: `${forMs}ms` }) };
  const take = async () => {
    const { until: end } = await client.withDeadline(
      Date.now() + CALL_MS,
      async () =>
        await client.workflow.getHandle(workflowId).executeUpdate<{ until: string }, [object]>('acknowledge', {
          args: [argument],
        }),
    );
    return { takenAt: Date.now(), until: Date.parse(end) };
  };
  return (await until(take, { deadlineMs: TAKEN_WITHIN_MS, signal })) ?? null;
}

/** Resolves when it has ended, or does not within the deadline. */
export async function close(site: ChaosSite, workflowId: string, signal: AbortSignal): Promise<void> {
  const { client } = site.stack;
  const handle = client.workflow.getHandle(workflowId);
  const isOver = async () => (await handle.describe()).status.name !== 'RUNNING';
  const isClosed = async () => {
    if (await isOver()) return true;
    const args: [object] = [{ as: 'anna', reason: 'the chaos is over' }];
    await client.withDeadline(Date.now() + CALL_MS, () => handle.executeUpdate<void, [object]>('close', { args }));
    const within = { deadlineMs: CALL_MS, everyMs: 500, signal };
    return await until(async () => (await isOver()) || undefined, within);
  };
  await until(isClosed, { deadlineMs: TAKEN_WITHIN_MS, everyMs: 1_000, signal });
}

/** `halcyon leases apply`; resolves when it answers. */
export async function applyLease(site: ChaosSite, play: LeasePlay, signal: AbortSignal): Promise<void> {
  const { host, setting, value, forMs, name } = play;
  const cli = join(projectDir, 'dist', 'src', 'cli.js');
  const where = ['--host', host, '--setting', setting, '--value', String(value), '--for', `${forMs}ms`];
  const who = ['--reason', name, '--as', 'anna', '--config', site.stack.configFile];
  const env = { ...site.pagers.env, HALCYON_INTAKE_TOKEN: site.stack.token };
  const isAsked = async () => {
    const { exitCode } = await run(process.execPath, [cli, 'leases', 'apply', ...where, ...who], {
      env,
      check: false,
      signal,
    });
    return exitCode === UNREACHABLE ? undefined : true;
  };
  await until(isAsked, { deadlineMs: TAKEN_WITHIN_MS, everyMs: 1_000, signal });
}
