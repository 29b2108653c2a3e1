import { acknowledgedSignal, closedSignal, escalateNowSignal, escalationQuery } from '../../src/workflows/messages';
import { MINUTE, PLAN, startEscalation, subject } from '../support/escalations';
import { recordHistory } from '../support/record-history';
import { ScriptedControl } from '../support/scripted-control';
import { WorkflowSite } from '../support/workflow-site';

let site: WorkflowSite;
let control: ScriptedControl;

beforeAll(async () => {
  control = new ScriptedControl();
  site = await WorkflowSite.up(control.activities());
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => {
  control.before = () => undefined;
});

const now = async () => await site.env.currentTimeMs();
const healed = { outcome: 'healed', summary: 'Restarted KingFisher' } as const;

describe('the clock', () => {
  it('pages three tiers over all channels, and tells everyone when it is closed', async () => {
    await site.withController(async () => {
      const start = await now();
      const about = subject(start);
      const handle = await startEscalation(site.env, about);
      await site.env.sleep(70 * MINUTE);
      await handle.signal(closedSignal, healed);
      const view = await handle.result();
      await recordHistory(handle, 'escalation.closed');
      const minutes = control.tiers(about.workflowId, 'pagerduty').map(({ at }) => Math.round((at - start) / MINUTE));
      expect(minutes).toEqual([15, 30, 60]);
      expect(view.pages.map(({ tier, channel, delivered }) => [tier, channel, delivered])).toEqual([
        [1, 'slack', true],
        [1, 'pagerduty', true],
        [2, 'slack', true],
        [2, 'pagerduty', true],
        [3, 'pagerduty', true],
      ]);
      expect(view.closed).toBe('healed');
      expect(control.of(about.workflowId, 'closed')).toHaveLength(5);
    });
  });
});
void [acknowledgedSignal, escalateNowSignal, escalationQuery, PLAN];
