import type { Route } from '../../../src/alerts/routing';
import type { IncidentRun, IncidentRuns } from '../../../src/intake/incident-runs';
import { deliverList } from '../../../src/intake/list-delivery';
import type { Alert } from '../../../src/shared/alert';
import { alert } from '../../support/incidents';

const OLD = '2026-11-22T10:00:00.000Z';
const OLD_END = '2026-11-22T11:00:00.000Z';
const NOW = '2026-11-23T10:00:00.000Z';
const ROUTE: Route = { runbook: 'serviceDown', host: 'h1', workflowId: 'incident/KingfisherServiceDown/h1' };
const OPEN: IncidentRun = { isOpen: true, isCompleted: false, closedEpisodes: {} };
const CLOSED: IncidentRun = {
  isOpen: false,
  isCompleted: true,
  closedEpisodes: { a: { startsAt: OLD, endedAt: OLD_END } },
};

let told: { how: string; alerts: string[] }[];

beforeEach(() => {
  told = [];
});

/** Received within minutes of the end of the old episode. */
function firing(fingerprint: string, startsAt = NOW, more: Partial<Alert> = {}): Alert {
  return alert({ fingerprint, startsAt, receivedAt: '2026-11-22T11:04:00.000Z', ...more });
}

function resolved(fingerprint: string, startsAt = NOW): Alert {
  return alert({ fingerprint, startsAt, status: 'resolved' });
}

/** Finds these runs, one look after the other, the last for ever. `refused` calls find that it changed since. */
function runsThat(finds: (IncidentRun | undefined)[], refused = 0): IncidentRuns {
  const looks = [...finds];
  let left = refused;
  const tell = (how: string, alerts: Alert[]) => {
    told.push({ how, alerts: alerts.map((one) => `${one.status} ${one.fingerprint}`) });
    return Promise.resolve(left-- <= 0);
  };
  const runs: Pick<IncidentRuns, 'look' | 'signal' | 'start'> = {
    look: () => Promise.resolve(looks.length > 1 ? looks.shift() : looks[0]),
    signal: (_id, alerts) => tell('signal', alerts),
    start: ({ alerts, closedEpisodes, isRevisit, reusePolicy }) =>
      tell(`start ${reusePolicy} ${Object.keys(closedEpisodes).join()}${isRevisit ? ' revisit' : ''}`, alerts),
  };
  return runs as IncidentRuns;
}

test('an open incident is told everything with one signal, in order', async () => {
  const list = [resolved('a'), firing('b'), resolved('b'), firing('a', OLD)];
  expect(await deliverList(runsThat([OPEN]), list, ROUTE)).toEqual(list.map(() => 'signalled'));
  expect(told).toEqual([{ how: 'signal', alerts: ['resolved a', 'firing b', 'resolved b', 'firing a'] }]);
});

test('without one, the first that fires begins it and takes along what comes after', async () => {
  const list = [resolved('x'), firing('b'), resolved('y'), firing('c')];
  const outcomes = await deliverList(runsThat([undefined]), list, ROUTE);
  expect(outcomes).toEqual(['nothingOpen', 'started', 'signalled', 'signalled']);
  expect(told).toEqual([{ how: 'start REJECT_DUPLICATE ', alerts: ['firing b', 'resolved y', 'firing c'] }]);
});

test('an episode that is over begins nothing, and one that is not does beside it', async () => {
  expect(await deliverList(runsThat([CLOSED]), [firing('a', OLD), resolved('a')], ROUTE)).toEqual([
    'closedEpisode',
    'nothingOpen',
  ]);
  expect(told).toEqual([]);
  const outcomes = await deliverList(runsThat([CLOSED]), [firing('a', OLD), firing('a', NOW)], ROUTE);
  expect(outcomes).toEqual(['closedEpisode', 'started']);
  expect(told).toEqual([{ how: 'start ALLOW_DUPLICATE a', alerts: ['firing a'] }]);
});

test('a terminated incident has dealt with nothing', async () => {
  const terminated = { ...CLOSED, isCompleted: false };
  expect(await deliverList(runsThat([terminated]), [firing('a', OLD)], ROUTE)).toEqual(['started']);
  expect(told[0]?.how).toBe('start ALLOW_DUPLICATE_FAILED_ONLY a');
});

test('what closed or opened since the look is looked at again', async () => {
  expect(await deliverList(runsThat([OPEN, CLOSED], 1), [firing('a', OLD), firing('b')], ROUTE)).toEqual([
    'closedEpisode',
    'started',
  ]);
  expect(told.map(({ how }) => how)).toEqual(['signal', 'start ALLOW_DUPLICATE a']);
});

test('the last look starts in any case, and one that finds it open each time gives up aloud', async () => {
  expect(await deliverList(runsThat([undefined], 4), [firing('a')], ROUTE)).toEqual(['started']);
  expect(told.at(-1)?.how).toBe('start ALLOW_DUPLICATE ');
  await expect(deliverList(runsThat([OPEN], 9), [firing('a')], ROUTE)).rejects.toThrow(
    /changed again at each of 5 looks/,
  );
});

describe('a closed episode that fires', () => {
  const late = { receivedAt: '2026-11-22T11:05:01.000Z' };

  test('clearly after its end is looked at, and the incident knows why', async () => {
    expect(await deliverList(runsThat([CLOSED]), [firing('a', OLD, late)], ROUTE)).toEqual(['started']);
    expect(told).toEqual([{ how: 'start ALLOW_DUPLICATE a revisit', alerts: ['firing a'] }]);
  });

  test('is no revisit where something new fires with it, before or after', async () => {
    const list = [firing('a', OLD), firing('a', OLD, late), resolved('a', OLD), firing('b')];
    const outcomes = await deliverList(runsThat([CLOSED]), list, ROUTE);
    expect(outcomes).toEqual(['closedEpisode', 'started', 'signalled', 'signalled']);
    expect(told[0]?.how).toBe('start ALLOW_DUPLICATE a');
  });

  test('with an older start, as a sender has whose clock is late, is the same', async () => {
    const older = '2026-11-22T09:58:00.000Z';
    const list = [firing('a', older), firing('a', older, late)];
    expect(await deliverList(runsThat([CLOSED]), list, ROUTE)).toEqual(['closedEpisode', 'started']);
    expect(told[0]?.how).toBe('start ALLOW_DUPLICATE a revisit');
  });

  test.each(['9998-01-01T00:00:00Z', '2026-11-22T13:00:00.000Z'])(
    'after one that began at %s is a new episode, whenever it began',
    async (claimedStart) => {
      const closedEpisodes = { a: { startsAt: OLD, claimedStart, endedAt: OLD_END } };
      const run = { ...CLOSED, closedEpisodes };
      const real = firing('a', '2026-11-22T09:58:00.000Z');
      expect(await deliverList(runsThat([run]), [real], ROUTE)).toEqual(['started']);
      expect(told[0]?.how).toBe('start ALLOW_DUPLICATE a');
      expect(await deliverList(runsThat([run]), [firing('a', NOW, { claimedStart })], ROUTE)).toEqual([
        'closedEpisode',
      ]);
    },
  );
});
