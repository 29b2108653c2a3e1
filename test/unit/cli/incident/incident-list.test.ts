import { cellsOf, queryOf, rowOf } from '../../../../src/cli/incident/incident-list';
import type { WorkflowExecutionInfo } from '@temporalio/client';

type Run = Omit<WorkflowExecutionInfo, 'raw'>;

function run(overrides: Partial<Run> = {}): Run {
  return {
    type: 'serviceDown',
    workflowId: 'incident/KingfisherServiceDown/h1',
    runId: '0197-aaaa-bbbb',
    taskQueue: 'halcyon-controller',
    status: { code: 1, name: 'RUNNING' },
    historyLength: 1,
    startTime: new Date('2026-11-23T03:00:00Z'),
    searchAttributes: {
      HalcyonHost: ['h1'],
      HalcyonAlert: ['KingfisherServiceDown'],
      HalcyonSeverity: ['critical'],
      HalcyonState: ['waitingForApproval'],
      HalcyonTier: [2],
    },
    typedSearchAttributes: undefined as never,
    ...overrides,
  };
}

describe('a row', () => {
  it('is the state while it runs, with who has it', () => {
    const memo = { acknowledged: { as: 'anna', until: '2999-01-01T00:00:00Z' } };
    const row = rowOf(run({ memo }), 'KingFisher on h1 is down');
    expect(cellsOf(row, Date.parse('2026-11-23T04:02:03Z'))).toEqual([
      '2026-11-23 03:00:00',
      'h1',
      'KingfisherServiceDown',
      'critical',
      'waitingForApproval',
      '1 h 2 m',
      '2',
      'anna',
      '0197-aaa',
      'KingFisher on h1 is down',
    ]);
  });

  it.each([
    ['CANCELLED', 'cancelled'],
    ['TERMINATED', 'terminated'],
    ['FAILED', 'failed'],
    ['TIMED_OUT', 'timedOut'],
  ] as const)('trusts the status %s before what the run said of itself last', (name, state) => {
    const searchAttributes = { HalcyonState: ['waitingForApproval'], HalcyonOutcome: ['healed'] };
    expect(rowOf(run({ status: { code: 4, name }, searchAttributes }), '')).toMatchObject({ state, outcome: '' });
  });

  it('has nobody once the acknowledgement is over, or the run', () => {
    const memo = { acknowledged: { as: 'anna', until: '2026-11-23T03:30:00Z' } };
    expect(rowOf(run({ memo }), '').acknowledgedBy).toBeNull();
  });

  it('is the outcome of a run that ended by itself', () => {
    const searchAttributes = { HalcyonState: ['closed'], HalcyonOutcome: ['healed'] };
    expect(rowOf(run({ status: { code: 2, name: 'COMPLETED' }, searchAttributes }), '').state).toBe('healed');
  });
});

describe('the query', () => {
  it('has a condition for each option', () => {
    const now = Date.parse('2026-11-23T03:00:00Z');
    expect(queryOf({ open: true, since: '2h', host: 'h1', alert: 'A', outcome: 'cancelled' }, now)).toBe(
      'WorkflowId STARTS_WITH "incident/" AND ExecutionStatus = "Running" AND StartTime >= "2026-11-23T01:00:00.000Z" ' +
        'AND HalcyonHost = "h1" AND HalcyonAlert = "A" AND ExecutionStatus = "Canceled"',
    );
    expect(queryOf({ since: '2026-11-22' }, now)).toContain('StartTime >= "2026-11-22T00:00:00.000Z"');
  });
});
