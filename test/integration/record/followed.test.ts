import type { IncidentView } from '../../../src/shared/incident';
import { openStore } from '../../../src/store/store';
import type { Store } from '../../../src/store/store';
import { at, ended, entry } from '../../support/recorded';
import { realPlace } from '../../support/sites/record-stores';
import type { RecordPlace } from '../../support/sites/record-stores';

const SPAN = { host: 'h1', since: at(-60), until: at(3_600) };

let place: RecordPlace;
let store: Store;

beforeAll(async () => {
  place = await realPlace();
  store = openStore(place.location);
  await store.migrate();
});
afterAll(async () => {
  await store?.close();
  await place?.down();
});

async function write(run: number, view: Partial<IncidentView>, more: object = {}): Promise<void> {
  const runId = `0190a000-0000-7000-8000-00000000000${run}`;
  await store.write(ended(90, view, { runId, lastRunId: runId, ...more }));
}

const change = (id: number, more: object) =>
  entry(id, { kind: 'change', cite: 'A.1', title: 'Restart KingFisher', ...more });
const question = (state: 'rejected' | 'approved') => ({
  ...{ hash: state, state, askedAt: at(5), expiresAt: at(600), roles: ['ops'], people: ['anna'] },
  ...{ answeredBy: 'anna', answeredAt: at(9), note: '' },
  subject: {
    risk: 'change' as const,
    host: 'h1',
    cite: 'A.1',
    title: 'Full recovery',
    arguments: {},
    precondition: '',
  },
});

it('how runbooks were followed: steps by their runs, what was left out, and what was not approved', async () => {
  await write(1, { timeline: [change(0, {}), change(1, {}), entry(2, { cite: '', title: 'Halcyon adds this' })] });
  await write(2, {
    timeline: [
      change(0, { status: 'failed', detail: 'timed out' }),
      change(1, { status: 'skipped', detail: 'paused' }),
    ],
    approvals: [question('rejected'), question('approved')],
    outcome: 'unresolved',
  });
  await write(3, {
    mode: 'observe',
    timeline: [change(0, { status: 'skipped', detail: 'observes' })],
    outcome: 'healed',
  });
  await write(
    4,
    { host: null, runbook: 'unknownAlert', alertname: 'DiskWorn', outcome: 'unresolved' },
    { startedAt: at(9) },
  );
  await write(5, { host: 'h2', timeline: [change(0, { status: 'failed', detail: 'on h2' })] });
  await write(6, {}, { startedAt: at(-3_600) });
  const { steps, deviations } = await store.followed(SPAN);
  expect(steps).toEqual([
    {
      ...{ runbook: 'serviceDown', cite: 'A.1', title: 'Restart KingFisher' },
      ...{ runs: 2, failed: 1, lastFailure: 'timed out' },
    },
  ]);
  expect(deviations).toEqual([
    { runbook: 'serviceDown', what: 'A.1 Restart KingFisher left out: paused', times: 1 },
    { runbook: 'serviceDown', what: 'Full recovery: rejected', times: 1 },
  ]);
});
