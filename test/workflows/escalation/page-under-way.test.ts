import { ApplicationFailure } from '@temporalio/common';
import { closedSignal } from '../../../src/workflows/messages';
import { MINUTE, PLAN, everyoneTold, startEscalation, subject } from '../../support/escalations';
import { ScriptedControl } from '../../support/scripted/scripted-control';
import { WorkflowSite } from '../../support/sites/workflow-site';

let site: WorkflowSite;
const control = new ScriptedControl();

beforeEach(async () => {
  site = await WorkflowSite.up({ control: control.activities() });
});
afterEach(async () => {
  await site?.down();
});

it('a page that PagerDuty does not take for long goes on in the next run of the clock, and arrives once', async () => {
  let isAway = true;
  control.before = (channel) => {
    if (isAway && channel === 'pagerduty') throw ApplicationFailure.retryable('500', 'PageNotYetDelivered');
  };
  await site.withController(async () => {
    const about = subject(await site.env.currentTimeMs());
    const first = await startEscalation(site.env, about, PLAN, { maxEvents: 15 });
    const newest = site.env.client.workflow.getHandle(first.workflowId);
    await site.env.sleep(20 * MINUTE);
    expect(control.tiers(about.workflowId, 'slack')).toHaveLength(1);
    expect((await newest.describe()).runId).not.toBe(first.firstExecutionRunId);
    isAway = false;
    await site.env.sleep(5 * MINUTE);
    expect(control.tiers(about.workflowId, 'pagerduty')).toHaveLength(1);
    expect(control.tiers(about.workflowId, 'slack')).toHaveLength(1);
    await newest.signal(closedSignal, { outcome: 'healed', summary: 'Restarted KingFisher' });
    await newest.result();
    await everyoneTold(site.env, { workflowId: first.workflowId, firstExecutionRunId: first.firstExecutionRunId });
  });
});
