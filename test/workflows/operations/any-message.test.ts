import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { random } from '../../../lab/support/random';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { PLAN, subject } from '../../support/escalations';
import { alert, incidentInput, startIncident } from '../../support/incidents';
import { anyText, anyValue, mutated } from '../../support/messages/hostile';
import { OF_CHECKLIST, OF_ESCALATION, OF_GUARD, OF_INCIDENT, ofLease } from '../../support/messages/proper';
import type { Proper } from '../../support/messages/proper';
import { SAFETY } from '../../support/safety';
import { SEED, sizeOf } from '../../support/sample';
import { ScriptedSettings } from '../../../src/simulate/script/scripted-settings';
import { followUpInput, postIncidentInput, reviewOf } from '../../support/sites/checklist-site';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

const SETTING = 'openai.max_qps';
const MESSAGES = sizeOf('messages of any kind to every workflow', { full: 10_000, sample: 300 });
/** So many are on their way at a time. */
const AT_ONCE = 40;

/** A workflow in one of its states, to send anything to. It is begun again where a message ended it. */
interface Target {
  name: string;
  proper: Proper;
  query: string;
  begin: (host: ScriptedHost, name: string) => Promise<WorkflowHandle>;
}

let site: WorkflowSite;
beforeAll(async () => {
  site = await WorkflowSite.up({
    startServer: startLocal,
    agent: () => new ScriptedSettings().activities(),
    control: { reviewIncident: async () => reviewOf(), tellPeople: async () => undefined },
  });
});
afterAll(async () => await site.down());

const start = async (type: string, workflowId: string, input: object) =>
  await site.env.client.workflow.start(type, { workflowId, taskQueue: CONTROLLER_TASK_QUEUE, args: [input] });

async function incidentIn(name: string, input: object = {}): Promise<WorkflowHandle> {
  // `moveOn` and long histories: a run goes on in new ones.
  return await startIncident(site.env.client, name, alert(), incidentInput(name, { maxEvents: 300, ...input }));
}

const OF_ANY_INCIDENT = { proper: OF_INCIDENT, query: 'timeline' };
const TARGETS: Target[] = [
  {
    name: 'an incident that watches a host that is well',
    ...OF_ANY_INCIDENT,
    begin: async (_host, name) => await incidentIn(name),
  },
  {
    name: 'an incident that people have',
    ...OF_ANY_INCIDENT,
    begin: async (host, name) => {
      host.broken.add('kingfisher');
      host.up.kingfisher = false;
      return await incidentIn(name, { safety: { ...SAFETY, mode: 'observe' } });
    },
  },
  {
    name: 'an incident that asks',
    ...OF_ANY_INCIDENT,
    begin: async (host, name) => {
      host.up.kingfisher = false;
      return await incidentIn(name, { safety: { ...SAFETY, mode: 'approve' } });
    },
  },
  {
    name: 'an incident that remedies and verifies',
    ...OF_ANY_INCIDENT,
    begin: async (host, name) => {
      host.up.kingfisher = false;
      return await incidentIn(name);
    },
  },
  {
    name: 'an escalation',
    proper: OF_ESCALATION,
    query: 'escalation',
    begin: async () => {
      const about = subject(Date.now(), { workflowId: `guard/${randomUUID()}` });
      return await start('escalation', `escalation/${randomUUID()}`, { subject: about, plan: PLAN, maxEvents: 300 });
    },
  },
  {
    name: 'a guard',
    proper: OF_GUARD,
    query: 'guard',
    begin: async () => await start('guard', `guard/${randomUUID()}`, { host: 'h', maxEvents: 300 }),
  },
  {
    name: 'a lease',
    proper: ofLease('h', SETTING),
    query: 'lease',
    begin: async (_host, name) => {
      const handle = await start('lease', `lease/${name}/${SETTING}/${randomUUID()}`, {
        host: name,
        setting: SETTING,
        maxEvents: 300,
      });
      await handle.signal('requestLease', ofLease(name, SETTING)['requestLease']!());
      return handle;
    },
  },
  {
    name: 'the tasks of a review',
    proper: OF_CHECKLIST,
    query: 'followUp',
    begin: async () =>
      await start('followUp', `follow-up/monthly/h/${randomUUID()}`, followUpInput({ maxEvents: 300 })),
  },
  {
    name: 'the checklist of an incident',
    proper: OF_CHECKLIST,
    query: 'checklist',
    begin: async () =>
      await start('postIncident', `post-incident/A/h/${randomUUID()}`, postIncidentInput({ maxEvents: 300 })),
  },
];

/** As JSON or not: whatever a client can put into a payload. */
async function signalRaw({ workflowId }: WorkflowHandle, name: string, data: string, encoding: string): Promise<void> {
  await site.env.client.workflowService.signalWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
    signalName: name,
    input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
  });
}

/** Sends one message. Refused is right; so is an end of the workflow. */
async function send(handle: WorkflowHandle, { proper }: Target, next: () => number): Promise<void> {
  const names = Object.keys(proper);
  const name = next() < 0.03 ? 'noSuchMessage' : names[Math.floor(next() * names.length)]!;
  const value = proper[name]?.();
  const kind = next();
  const argument = kind < 0.15 ? value : kind < 0.75 ? mutated(value, next) : anyValue(next);
  if (kind > 0.9) return await signalRaw(handle, name, anyText(next), next() < 0.8 ? 'json/plain' : 'binary/other');
  if (next() < 0.3) {
    await handle.executeUpdate(name, { args: [argument] }).catch(() => undefined);
    return;
  }
  // Also none at all, and more than one.
  const given = next() < 0.05 ? [] : next() < 0.05 ? [argument, argument] : [argument];
  await handle.signal(name, ...given);
}

async function isOpen(handle: WorkflowHandle): Promise<boolean> {
  return (await handle.describe()).status.name === 'RUNNING';
}

/** A task that fails is tried again for ever: then nothing answers. What has ended has taken all it was sent. */
async function stillAnswers({ workflowId }: WorkflowHandle, query: string): Promise<void> {
  const handle = site.env.client.workflow.getHandle(workflowId);
  const answers = async () => {
    if (!(await isOpen(handle))) return true;
    const { raw } = await handle.describe();
    if ((raw.pendingWorkflowTask?.attempt ?? 1) > 1) return false;
    return await handle.query(query).then(
      () => true,
      () => false,
    );
  };
  await waitFor(answers, { what: `${workflowId} to answer`, deadlineMs: 20_000 });
}

it.each(TARGETS)(
  '$name takes no harm of any message, in any order',
  async (target) => {
    const next = random(SEED + TARGETS.indexOf(target));
    const each = Math.ceil(MESSAGES / TARGETS.length);
    await site.withHost(async (host, name) => {
      let handle = await target.begin(host, name);
      for (let sent = 0; sent < each; sent += AT_ONCE) {
        if (!(await isOpen(handle))) handle = await target.begin(host, name);
        const current = site.env.client.workflow.getHandle(handle.workflowId);
        const some = Array.from({ length: Math.min(AT_ONCE, each - sent) }, async () => {
          await send(current, target, next).catch(() => undefined);
        });
        await Promise.all(some);
        await stillAnswers(handle, target.query);
      }
      const { workflowId } = handle;
      await site.env.client.workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => undefined);
    });
  },
  300_000,
);
