import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { createPostIncidentActivities } from '../../../src/activities/control/post-incident/review';
import { ChecklistStarter } from '../../../src/activities/control/post-incident/starter';
import type { PageInput, PostIncidentActivities } from '../../../src/activities/control/types';
import { createChecklistCommand } from '../../../src/cli/checklist/checklist';
import type { FollowUpView } from '../../../src/shared/post-incident/checklist';
import { postIncidentId } from '../../../src/shared/post-incident/checklist';
import { searchAttributes } from '../../../src/shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';
import { followUpQuery } from '../../../src/workflows/messages';
import { alert, closedByHand, incidentInput, untilState } from '../../support/incidents';
import { outputOf } from '../../support/output-of';
import { RULES, TEAM } from '../../support/sites/checklist-site';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

const DAY_MS = 86_400_000;
const SLOW = 300_000;
const WAIT = { deadlineMs: 120_000, everyMs: 250 };

let site: WorkflowSite;
let folder: string;
const told: PageInput[] = [];

function activities(): PostIncidentActivities {
  return createPostIncidentActivities({
    client: site.env.client,
    store: null,
    onDuty: () => TEAM,
    limits: () => ({}),
    pageSlack: async (input) => {
      told.push(input);
      return { channel: 'C1', ts: '1' };
    },
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'halcyon-checklist-'));
  const control: PostIncidentActivities = {
    reviewIncident: async (input) => await activities().reviewIncident(input),
    tellPeople: async (input) => await activities().tellPeople(input),
  };
  site = await WorkflowSite.up({ startServer: startLocal, control });
}, SLOW);
afterAll(async () => {
  await site?.down();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  told.length = 0;
});

function starter(): ChecklistStarter {
  const policy = { rules: RULES, team: null, dueInMs: 7 * DAY_MS, remindEveryMs: DAY_MS };
  const onTrouble = (reason: string) => {
    throw new Error(reason);
  };
  return new ChecklistStarter({ client: site.env.client, policy, onTrouble });
}

/** As intake does: with the attributes by which people and checklists find it. */
async function begin(name: string): Promise<WorkflowHandle & { signaledRunId: string }> {
  const first = alert({ fingerprint: `f-${Math.random().toString(16).slice(2, 14)}` });
  return await site.env.client.workflow.signalWithStart('serviceDown', {
    workflowId: `incident/KingfisherServiceDown/${name}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [incidentInput(name)],
    signal: 'alert',
    signalArgs: [first],
    typedSearchAttributes: [{ key: searchAttributes.host, value: name }],
  });
}

/** KingFisher is killed, restarted by Halcyon, and somebody closes the incident. */
async function healed(host: ScriptedHost, name: string): Promise<string> {
  host.up.kingfisher = false;
  const handle = await begin(name);
  await untilState(handle, 'watching');
  await closedByHand(handle);
  return handle.signaledRunId;
}

async function checklistOf(name: string, runId: string, rounds: ChecklistStarter[]): Promise<WorkflowHandle> {
  const workflowId = postIncidentId({ workflowId: `incident/KingfisherServiceDown/${name}`, runId });
  const handle = site.env.client.workflow.getHandle(workflowId);
  await waitFor(
    async () => {
      await Promise.all(rounds.map((one) => one.round()));
      return (await handle.describe()).runId;
    },
    { what: `${workflowId} to be started`, ...WAIT },
  );
  return handle;
}

async function filled(handle: WorkflowHandle): Promise<FollowUpView> {
  return await waitFor(
    async () => {
      const view = await handle.query(followUpQuery);
      return view.items.length > 0 ? view : undefined;
    },
    { what: 'the items', ...WAIT },
  );
}

async function checklist(...argv: string[]) {
  const file = join(folder, 'halcyon.yaml');
  writeFileSync(file, JSON.stringify({ temporal: { address: site.env.address } }));
  const flags = ['--config', file, '--as', 'anna'];
  return await outputOf(() => createChecklistCommand().parseAsync([...argv, ...flags], { from: 'user' }));
}

it(
  'an incident that was healed has its list once, and the list of one that healed soon is over at once',
  async () => {
    await site.withHost(async (host, name) => {
      const runId = await healed(host, name);
      const handle = await checklistOf(name, runId, [starter(), starter()]);
      const view = (await handle.result()) as FollowUpView;
      expect(view).toMatchObject({
        host: name,
        title: `After KingfisherServiceDown on ${name}`,
        team: { name: 'Platform' },
      });
      expect(view.summary).toContain('Healed on');
      expect(view.items.map(({ state }) => state)).toEqual(Array(8).fill('known'));
      expect(view.source).toEqual({ workflowId: `incident/KingfisherServiceDown/${name}`, runId });
      const { runId: first } = await handle.describe();
      await starter().round();
      expect((await handle.describe()).runId).toBe(first);
      expect(told).toEqual([]);
      const again = await checklistOf(name, await healed(host, name), [starter()]);
      expect(((await again.result()) as FollowUpView).items[4]!.detail).toBe(
        '2nd time for this cause in 30 days, as far as Temporal remembers',
      );
    });
  },
  SLOW,
);

it(
  'one whose run was terminated has one, too; people work on it by commands, whichever controller runs',
  async () => {
    let handle!: WorkflowHandle;
    let host = '';
    await site.withHost(async (scripted, name) => {
      host = name;
      scripted.up.kingfisher = false;
      scripted.broken.add('kingfisher');
      const incident = await begin(name);
      await untilState(incident, 'verifying', 'waitingForPeople');
      await incident.terminate('by hand');
      handle = await checklistOf(name, incident.signaledRunId, [starter()]);
      const view = await filled(handle);
      expect(view.summary).toContain("Halcyon's run was terminated");
      expect(view.items.filter(({ state }) => state === 'open').map(({ cite }) => cite)).toContain('I.4');
    });
    // No controller: what is said is kept.
    const kept = await checklist(host, 'skip', 'I.4', '--reason', 'a drill, password=hunter2hunter2');
    expect(kept.said).toContain('no controller answers: kept');
    await site.withController(async () => {
      const view = await waitFor(
        async () => {
          const now = await handle.query(followUpQuery);
          return now.items[3]!.state === 'skipped' ? now : undefined;
        },
        { what: 'what was kept', ...WAIT },
      );
      expect(view.items[3]!.note).not.toContain('hunter2');
      expect((await checklist(host, 'done', 'prevention', '--note', 'more memory')).said).toBe(
        'I.5 prevention: done by anna\n',
      );
      const { said } = await checklist(host, 'assign', 'I.1', '--to', 'boris', '--due', '3d');
      expect(said).toMatch(/^I\.1 root-cause: boris, until 20\d\d-/);
      expect((await checklist()).said).toMatch(
        /DUE \(UTC\) +AGE +OWNER +ITEM +WHAT +CHECKLIST\n.* boris +I\.1 +Document the root cause +post-incident\//,
      );
      const shown = (await checklist(host)).said;
      expect(shown).toContain('[-] I.4 Schedule the post-mortem meeting (meeting)\n        skipped by anna at ');
      expect(shown).toContain('[x] I.5 Implement prevention measures (prevention)\n        done by anna at ');
      expect(shown).toContain('[ ] I.1 Document the root cause (root-cause)\n        boris, until ');
      const json = JSON.parse((await checklist(host, '--json')).said) as { view: FollowUpView }[];
      expect(json[0]!.view.items).toHaveLength(8);
      await expect(checklist(host, 'done', 'I.9')).rejects.toThrow('there is no item "I.9"; there are I.1 root-cause');
      await expect(checklist(host, 'done', 'I.5')).rejects.toThrow('I.5 prevention is done already, by anna at');

      const file = join(folder, 'meeting.ics');
      await checklist(host, 'meeting', '--output', file, '--at', '2026-12-01T14:00Z');
      const ics = readFileSync(file, 'utf8');
      expect(ics).toContain('DTSTART:20261201T140000Z');
      await handle.terminate('by hand');
      await starter().round();
      expect((await handle.describe()).status.name).toBe('TERMINATED');
    });
  },
  SLOW,
);

it.each([
  [['nowhere'], 'there is no checklist of "nowhere"; "halcyon checklist" names those that are open'],
  [['nowhere', 'finish', 'I.1'], 'expected one of done, assign, skip, meeting after the checklist, got "finish"'],
  [['nowhere', 'done'], 'done: say which item: I.4, or its key'],
  [['nowhere', 'skip', 'I.1'], '--reason: say why in a few words, it goes on the record'],
  [['nowhere', 'assign', 'I.1'], 'assign: say to whom: --to anna'],
  [
    ['nowhere', 'assign', 'I.1', '--to', 'b', '--due', 'soon'],
    '--due: expected a day such as 2026-12-01, a time, or "5d", got "soon"',
  ],
  [
    ['nowhere', 'assign', 'I.1', '--to', 'b', '--due', '2020-01-01'],
    '--due: expected a time to come, got "2020-01-01"',
  ],
  [['nowhere', 'done', 'I.1', '--reason', 'x'], '--reason: goes with "skip"'],
  [['--note', 'x'], '--note: goes with "done"'],
  [['nowhere', 'meeting', '--at', 'noon'], '--at: expected a time such as 2026-12-01T14:00Z, got "noon"'],
])('halcyon checklist %j is refused', async (argv, why) => {
  await expect(checklist(...argv)).rejects.toThrow(why);
});
