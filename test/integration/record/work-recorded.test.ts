import { Recorder } from '../../../src/activities/control/record/recorder';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import { releaseLeaseUpdate } from '../../../src/workflows/messages';
import { LeaseSite } from '../../support/sites/lease-site';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';
import { startLocal } from '../../support/temporal/temporal';
import { waitFor } from '../../support/wait-for';

let site: LeaseSite;
let place: RecordPlace;
let store: Store;

beforeAll(async () => {
  place = await realPlace();
  site = await LeaseSite.up(startLocal);
  store = openStore(place.location);
});
afterAll(async () => {
  await site?.down();
  await store?.close();
  await place?.down();
});

it('a lease that a person asked for is on record while it is held, and its undo by whoever ended it', async () => {
  await site.withHost(async (host) => {
    const deps = { client: site.env.client, store, keepForMs: 86_400_000, onTrouble: () => undefined };
    const rounds = new Recorder(deps);
    const changes = async () => {
      await rounds.round();
      return await store.changes({ host: host.name, since: new Date(0).toISOString() });
    };
    const handle = await host.request({ owner: 'anna', reason: '429 from OpenAI' });
    await host.active();
    const set = { source: 'lease', who: 'anna', why: '429 from OpenAI', status: 'done', before: 8, after: 4 };
    const first = await waitFor(async () => ((await changes()).length === 1 ? await changes() : undefined), {
      what: 'the change to be on record',
      deadlineMs: 60_000,
      everyMs: 500,
    });
    expect(first).toMatchObject([{ ...set, workflowId: handle.workflowId, title: 'Set openai.max_qps to 4' }]);

    await handle.executeUpdate(releaseLeaseUpdate, { args: [{ by: 'ben', reason: 'quota raised' }] });
    await host.end();
    const undone = { ...set, who: 'ben', why: 'quota raised', before: 4, after: 8 };
    const both = await waitFor(async () => ((await changes()).length === 2 ? await changes() : undefined), {
      what: 'the undo to be on record',
      deadlineMs: 60_000,
      everyMs: 500,
    });
    expect(both).toMatchObject([set, { ...undone, title: 'Put openai.max_qps back to 8' }]);
    const { runId } = await handle.describe();
    expect([...(await store.over([runId]))]).toEqual([runId]);
  });
}, 300_000);
