import type { Client, WorkflowHandle } from '@temporalio/client';
import { Recorder } from '../../../src/activities/control/record/recorder';
import { createRecordActivities } from '../../../src/activities/control/record/write-record';
import type { RecordedIncident } from '../../../src/shared/record';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import type { RecordedRun } from '../../../src/store/read';
import { listIncidents } from '../../../src/cli/incident/incident-list';
import { showRecorded } from '../../../src/cli/incident/incident-show';
import { findRecorded, recordedRows } from '../../../src/cli/incident/recorded';
import type { Config } from '../../../src/config';
import { outputOf } from '../../support/output-of';
import { ended, entry } from '../../support/recorded';
import { alert, closedByHand, incidentInput, startIncident, untilState } from '../../support/incidents';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';
import { WorkflowSite } from '../../support/sites/workflow-site';
import { recordHistory } from '../../support/temporal/record-history';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

/** Less than a pass of the runbook takes: it goes on in a new run after its first. */
const maxEvents = 60;
const WAIT = { deadlineMs: 60_000 };

let site: WorkflowSite;
let place: RecordPlace;
let store: Store;
/** The store does not answer. */
let isAway = false;

beforeAll(async () => {
  place = await realPlace();
  store = openStore(place.location);
  await store.migrate();
  const control = createRecordActivities(switched());
  site = await WorkflowSite.up({ startServer: startLocal, control });
});
afterAll(async () => {
  await site?.down();
  await store?.close();
  await place?.down();
});
beforeEach(() => {
  isAway = false;
});

function switched(): Store {
  const refuse = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isAway) throw new Error('connect ECONNREFUSED');
    return await work();
  };
  return {
    ...store,
    migrate: () => refuse(() => store.migrate()),
    write: (incident) => refuse(() => store.write(incident)),
    over: (ids) => refuse(() => store.over(ids)),
    prune: (before) => refuse(() => store.prune(before)),
  };
}

function recorder(client: Client = site.env.client): Recorder {
  return new Recorder({ client, store: switched(), keepForMs: 86_400_000, onTrouble: () => undefined });
}

async function written(name: string): Promise<RecordedRun[]> {
  return await store.list({ host: name, limit: 10 });
}

/** Until the record has it so. */
async function untilWritten(
  name: string,
  isSo: (run: RecordedRun) => boolean,
  rounds?: Recorder,
): Promise<RecordedIncident> {
  const runId = await waitFor(
    async () => {
      await rounds?.round();
      return (await written(name)).find(isSo)?.runId;
    },
    { what: `${name} to be on the record`, everyMs: 500, ...WAIT },
  );
  return (await store.read(runId))!;
}

async function outboxes(workflowId: string): Promise<WorkflowHandle[]> {
  const query = `WorkflowId STARTS_WITH "record/${workflowId.slice('incident/'.length)}"`;
  const found: WorkflowHandle[] = [];
  for await (const run of site.env.client.workflow.list({ query })) {
    found.push(site.env.client.workflow.getHandle(run.workflowId, run.runId));
  }
  return found;
}

it('an incident is written down while it is open, and as it ended', async () => {
  await site.withHost(async (host, name) => {
    const rounds = recorder();
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert());
    const open = await untilWritten(name, ({ status }) => status === 'RUNNING', rounds);
    expect(open.workflowId).toBe(handle.workflowId);
    await untilState(handle, 'watching');
    const view = await closedByHand(handle);
    const over = await untilWritten(name, ({ endedAt }) => endedAt !== null, rounds);
    expect(over).toMatchObject({ runId: handle.signaledRunId, status: 'COMPLETED' });
    expect(over.view).toEqual({ pages: [], acknowledgements: [], ...view });
    expect(over.view.timeline.filter(({ kind, status }) => kind === 'change' && status === 'done')).toMatchObject([
      {
        why: expect.stringMatching(/^A\.\d/) as string,
        before: expect.anything() as object,
        after: expect.anything() as object,
      },
    ]);
  });
});

it('with the store away for the whole of it, an incident heals and closes; the record is complete once the store is back', async () => {
  await site.withHost(async (host, name) => {
    const rounds = recorder();
    isAway = true;
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert());
    await rounds.round();
    await untilState(handle, 'watching');
    await rounds.round();
    const view = await closedByHand(handle);
    expect(view.outcome).toBe('healed');
    const [outbox] = await waitFor(
      async () => {
        await rounds.round();
        const found = await outboxes(handle.workflowId);
        return found.length > 0 ? found : undefined;
      },
      { what: 'what was not written to be handed over', everyMs: 500, ...WAIT },
    );
    expect(await written(name)).toEqual([]);

    isAway = false;
    const over = await untilWritten(name, ({ endedAt }) => endedAt !== null);
    expect(over.view.timeline).toEqual(view.timeline);
    await outbox!.result();
    await recordHistory(outbox!, 'record.kept');
  });
}, 180_000);

it('a controller that was killed before it wrote anything leaves it to the next', async () => {
  await site.withHost(async (host, name) => {
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert());
    await untilState(handle, 'watching');
    await closedByHand(handle);
    expect(await written(name)).toEqual([]);
    const over = await untilWritten(name, ({ endedAt }) => endedAt !== null, recorder());
    expect(over.view.outcome).toBe('healed');
    expect(await outboxes(handle.workflowId)).toEqual([]);
  });
});

it('an incident that went on in a new run is one, by the run that it began with', async () => {
  await site.withHost(async (host, name) => {
    const rounds = recorder();
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert(), incidentInput(name, { maxEvents }));
    const newest = site.env.client.workflow.getHandle(handle.workflowId);
    await waitFor(async () => (await newest.describe()).runId !== handle.signaledRunId, { what: 'a new run', ...WAIT });
    await untilWritten(name, ({ status }) => status === 'RUNNING', rounds);
    await closedByHand(newest);
    const over = await untilWritten(name, ({ endedAt }) => endedAt !== null, rounds);
    expect(over.runId).toBe(handle.signaledRunId);
    expect(over.lastRunId).not.toBe(handle.signaledRunId);
    expect(await written(name)).toHaveLength(1);
  });
});

it('one that was terminated stands there as it was, and as terminated', async () => {
  await site.withHost(async (host, name) => {
    host.up.kingfisher = false;
    const handle = await startIncident(site.env.client, name, alert());
    await untilState(handle, 'watching');
    await handle.terminate('a test');
    const over = await untilWritten(name, ({ endedAt }) => endedAt !== null, recorder());
    expect(over).toMatchObject({ status: 'TERMINATED', view: { state: 'watching', outcome: null } });
  });
});

describe('the command line', () => {
  const url = () => ('url' in place.location ? place.location.url : '');
  const configWith = (more: Partial<Config['store']>) =>
    ({ store: { url: url(), path: null, keepForMs: 1, ...more } }) as Config;
  const run = { runId: 'aaaa', lastRunId: 'bbbb', workflowId: 'incident/Forgotten/h9' };

  beforeAll(async () => {
    await store.write(ended(30, { host: 'h9', alertname: 'Forgotten', timeline: [entry(0)] }, run));
  });

  it('lists what Temporal has forgotten, by the run that it began with', async () => {
    const options = { host: 'h9', limit: '5', json: true };
    const { said } = await outputOf(async () => {
      await listIncidents(site.env.client, options, await recordedRows(configWith({}), options));
    });
    expect(JSON.parse(said)).toMatchObject({ firstRunId: 'aaaa', state: 'healed', host: 'h9' });
  });

  it('shows it with its whole timeline', async () => {
    const found = await findRecorded(configWith({}), 'h9', 'bb');
    const { said } = await outputOf(() => Promise.resolve(showRecorded(found!, {})));
    expect(said).toContain('Look 0: active');
    expect(said).toContain('healed: Forgotten on h9');
    expect(await findRecorded(configWith({}), 'h10')).toBeUndefined();
  });

  it('goes on without a record that cannot be reached, and says so', async () => {
    const away = configWith({ url: 'postgres://halcyon@127.0.0.1:1/halcyon' });
    const said = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await recordedRows(away, { limit: '5' })).toEqual([]);
      expect(said.mock.calls.join()).toContain('the record cannot be read');
    } finally {
      said.mockRestore();
    }
  });
});
