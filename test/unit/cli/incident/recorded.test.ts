import { recordQueryOf, rowOfRecorded } from '../../../../src/cli/incident/recorded';
import { at, ended, recorded } from '../../../support/recorded';

it('asks the record for what Temporal is asked for', () => {
  const now = Date.parse(at(3_600));
  expect(recordQueryOf({ since: '1h', host: 'h1', outcome: 'healed', limit: '5' }, now)).toEqual({
    ...{ since: at(0), host: 'h1', outcome: 'healed', limit: 5 },
  });
  expect(recordQueryOf({ outcome: 'cancelled', limit: '5' }, now)).toEqual({ status: 'CANCELLED', limit: 5 });
});

it('a row of the record is one of Temporal', () => {
  expect(rowOfRecorded(ended(90, { tier: 1, severity: 'critical' }))).toEqual({
    ...{ id: 'incident/KingfisherServiceDown/h1', runId: ended(0).lastRunId, firstRunId: ended(0).runId },
    ...{ runbook: 'serviceDown', status: 'COMPLETED', state: 'healed', outcome: 'healed', host: 'h1' },
    ...{ alert: 'KingfisherServiceDown', severity: 'critical', started: at(0), closed: at(90), tier: 1 },
    ...{ acknowledgedBy: null, summary: 'KingFisher on h1 is down' },
  });
  expect(rowOfRecorded({ ...recorded(1), status: 'TERMINATED', endedAt: at(2) })).toMatchObject({
    state: 'terminated',
  });
});
