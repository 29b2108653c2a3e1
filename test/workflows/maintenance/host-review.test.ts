import { randomUUID } from 'node:crypto';
import type { MaintenanceReport } from '../../../src/shared/maintenance';
import { AUDIT_CHECKS } from '../../../src/shared/observations/reviews/audit';
import type { AuditState } from '../../../src/shared/observations/reviews/audit';
import type { CapacityState } from '../../../src/shared/observations/reviews/capacity';
import { CONTROLLER_TASK_QUEUE } from '../../../src/shared/task-queues';
import { broken, maintenanceInput, statesOf } from '../../support/sites/maintenance-site';
import { WorkflowSite } from '../../support/sites/workflow-site';

const GOOD: AuditState = { findings: [], dropped: 0, seen: 'all', unknown: [], notLooked: [] };
const DISK: CapacityState = {
  readings: [
    {
      name: 'disk /',
      unit: 'B',
      now: 90,
      limit: 100,
      trend: {
        points: Array.from({ length: 5 }, (_, day) => [day * 86_400_000, 80 + day]),
        source: 'prometheus',
        why: '',
      },
    },
  ],
  ...{ notes: ['table outbox: 3 B'], fullWithinMs: 7_776_000_000 },
};

let site: WorkflowSite;
const asked: string[] = [];
/** Replaced by each test. */
let audit = async (_check: string): Promise<AuditState> => GOOD;
let capacity = async (_part: string): Promise<CapacityState> => DISK;

const observeAudit = async ({ check }: { check: string }) => {
  asked.push(check);
  return await audit(check);
};
const observeCapacity = async ({ part }: { part: string }) => await capacity(part);

beforeAll(async () => {
  site = await WorkflowSite.up({
    workflowsPath: require.resolve('../../support/workflows/host-review-workflows'),
    control: { tellMaintenance: async () => undefined, pingDeadMan: async () => 'sent' },
    agent: ({ lacks }) => (lacks.size > 0 ? {} : { observeAudit, observeCapacity }),
  });
});
afterAll(async () => await site?.down());
beforeEach(() => {
  asked.length = 0;
  audit = async () => GOOD;
  capacity = async () => DISK;
});

async function review(lacks: string[] = []): Promise<MaintenanceReport> {
  return await site.withHost(async (_host, name) => {
    return (await site.env.client.workflow.execute('hostReview', {
      workflowId: `host-review-${randomUUID()}`,
      taskQueue: CONTROLLER_TASK_QUEUE,
      args: [maintenanceInput(name, { agentWithinMs: 5_000 })],
    })) as MaintenanceReport;
  }, lacks);
}

it('asks each check once, and hands over table, charts and what is to be done', async () => {
  const report = await review();
  expect(statesOf(report)).toEqual({ 'G.8': 'done', 'G.9': 'nothingToDo' });
  expect(asked).toEqual([...AUDIT_CHECKS]);
  const [first, second] = report.tasks;
  expect(first).toMatchObject({
    lines: Array(4).fill('table outbox: 3 B'),
    toDo: expect.stringMatching(/^Make room, or grow it: disk \/ 90%, in 10 days/) as string,
  });
  expect(first!.table!.rows).toHaveLength(4);
  expect(first!.charts).toHaveLength(4);
  expect(second!.table!.rows).toHaveLength(AUDIT_CHECKS.length);
  expect(second).not.toHaveProperty('toDo');
});

it('goes on with the next check and the next task where one fails', async () => {
  capacity = async () => {
    throw broken('the host is odd');
  };
  audit = async (check) => {
    if (check === 'files') throw broken('no such folder');
    return check === 'ports' ? { ...GOOD, findings: ['0.0.0.0:8081 listens'] } : GOOD;
  };
  const report = await review();
  expect(statesOf(report)).toEqual({ 'G.8': 'failed', 'G.9': 'done' });
  expect(report.tasks[0]!.detail).toContain('NOT KNOWN: disks (the host is odd); database (the host is odd)');
  expect(report.tasks[1]!.detail).toContain('1 finding: open ports; 5 of 7 checks are good; NOT KNOWN: file modes');
  expect(asked).toEqual([...AUDIT_CHECKS]);
});

it('asks an agent that is too old once, and says so', async () => {
  const report = await review(['observeAudit', 'observeCapacity']);
  expect(statesOf(report)).toEqual({ 'G.8': 'failed', 'G.9': 'failed' });
  expect(report.tasks[1]!.detail).toMatch(/^the agent on .* does not know observeAudit: install the same version/);
});
