import { createHostActivities } from '../../../../src/activities/host';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import type { ChangePermit } from '../../../../src/shared/safety/permit';
import { PERMIT } from '../../../support/scripted/permit';
import { hostSettings, serviceState } from '../../activities/support/host';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const UNDO: ChangePermit = { kind: 'undo', token: 0, holder: 'incident/A/h1' };

let active: 'active' | 'inactive';
beforeEach(() => {
  active = 'active';
});

/** An agent that was started anew. */
function agent() {
  const state = () => serviceState({ active });
  const become = (next: typeof active) => async () => {
    active = next;
    return state();
  };
  const manager = {
    observe: async () => state(),
    settle: async () => state(),
    stop: become('inactive'),
    start: become('active'),
    restart: async () => ({ ...(await become('active')()), invocation: 'b' }),
  } as Partial<ServiceManager> as ServiceManager;
  return createHostActivities(hostSettings(folder.path()), { findManager: () => manager });
}

const service = 'kingfisher';

it('what Halcyon stopped is started again as an undo, once', async () => {
  await agent().ensureStopped({ service, permit: PERMIT });
  expect(await agent().ensureStarted({ service, permit: UNDO })).toMatchObject({ changed: true });
  active = 'inactive';
  await expect(agent().ensureStarted({ service, permit: UNDO })).rejects.toMatchObject({ type: 'NoPermit' });
  expect(active).toBe('inactive');
});

it('what a person stopped is not, in spite of a permit that says so; a change in a turn may', async () => {
  active = 'inactive';
  const refused = agent().ensureStarted({ service, permit: UNDO });
  await expect(refused).rejects.toMatchObject({ type: 'NoPermit' });
  await expect(refused).rejects.toThrow('the ledger of this host does not say that Halcyon stopped');
  expect(active).toBe('inactive');
  expect(await agent().ensureStarted({ service, permit: PERMIT })).toMatchObject({ changed: true });
});

it('what was down already when Halcyon took it down is Halcyon’s to start', async () => {
  active = 'inactive';
  await agent().ensureStopped({ service, permit: PERMIT });
  expect(await agent().ensureStarted({ service, permit: UNDO })).toMatchObject({ changed: true });
});

it('a restart ends it, and one that runs is answered', async () => {
  await agent().ensureStopped({ service, permit: PERMIT });
  await agent().ensureRestarted({ service, seenInvocation: 'a', permit: PERMIT });
  expect(await agent().ensureStarted({ service, permit: UNDO })).toMatchObject({ changed: false });
  active = 'inactive';
  await expect(agent().ensureStarted({ service, permit: UNDO })).rejects.toMatchObject({ type: 'NoPermit' });
});

it('a stop that is refused is none', async () => {
  const stale: ChangePermit = { kind: 'change', token: 5, holder: 'incident/B/h1' };
  await agent().ensureStarted({ service, permit: stale });
  await expect(agent().ensureStopped({ service, permit: PERMIT })).rejects.toMatchObject({ type: 'StaleToken' });
  active = 'inactive';
  await expect(agent().ensureStarted({ service, permit: UNDO })).rejects.toMatchObject({ type: 'NoPermit' });
});
