import { createHostActivities } from '../../../../src/activities/host';
import type { HostActivities } from '../../../../src/activities/host';
import { runCommand } from '../../../../src/host/programs/commands';
import type { CommandRunner } from '../../../../src/host/programs/commands';
import { HostError } from '../../../../src/host/errors';
import type { ServiceManager } from '../../../../src/host/services/service-manager';
import type { ServiceState } from '../../../../src/shared/observations/service';
import { hostSettings, serviceState } from '../support/host';
import { PERMIT } from '../../../support/scripted/permit';

/** A manager whose restarts are counted; `next` is the state that a restart leads to. */
function scripted(state: ServiceState, next: Partial<ServiceState> = { invocation: 'new', active: 'active' }) {
  let now = state;
  const done = { restarts: 0, running: 0 };
  const manager: ServiceManager = {
    observe: async () => now,
    observeRecentStarts: async () => ({ evidence: 'present', startedAt: [] }),
    observeStartLog: async () => [],
    settle: async () => now,
    stop: () => Promise.reject(new Error('must not stop')),
    start: () => Promise.reject(new Error('must not start')),
    restart: async () => {
      done.restarts++;
      done.running++;
      if (done.running > 1) throw new Error('two restarts at once');
      await new Promise((resolve) => setImmediate(resolve));
      now = { ...now, ...next };
      done.running--;
      return now;
    },
  };
  return { manager, done };
}

function activitiesOf(manager: ServiceManager): HostActivities {
  return createHostActivities(hostSettings('/nowhere'), { findManager: () => manager });
}

const restart = (manager: ServiceManager, seenInvocation: string) =>
  activitiesOf(manager).ensureRestarted({ service: 'kingfisher', seenInvocation, permit: PERMIT });

describe('ensureRestarted', () => {
  it.each<[string, Partial<ServiceState>, string]>([
    ['the same start runs', { invocation: 'a' }, 'a'],
    ['the same start failed', { invocation: 'a', active: 'failed' }, 'a'],
    ['it never ran', { invocation: '', active: 'inactive' }, ''],
    ['systemd forgot the start that was seen', { invocation: '', active: 'inactive' }, 'a'],
  ])('restarts when %s', async (_when, state, seen) => {
    const { manager, done } = scripted(serviceState(state));
    const change = await restart(manager, seen);
    expect(change).toMatchObject({ changed: true, before: state, after: { invocation: 'new' }, notes: [] });
    expect(done.restarts).toBe(1);
  });

  it.each<[string, Partial<ServiceState>, string]>([
    ['a newer start runs', { invocation: 'b' }, 'a'],
    ['a newer start failed', { invocation: 'b', active: 'failed', result: 'exit-code' }, 'a'],
    ['it was started for the first time', { invocation: 'b' }, ''],
  ])('does nothing when %s', async (_when, state, seen) => {
    const { manager, done } = scripted(serviceState(state));
    const change = await restart(manager, seen);
    expect(change).toMatchObject({ changed: false, before: state, after: state });
    expect(change.notes[0]).toContain('already restarted');
    expect(done.restarts).toBe(0);
  });

  /** A start that is under way when the step begins, and what became of it when it settled. */
  function underWay(settled: Partial<ServiceState>) {
    const { manager, done } = scripted(serviceState({ invocation: 'a', ...settled }));
    const starting = serviceState({ invocation: 'a', active: 'activating', sub: 'start-pre', jobPending: true });
    let isFirst = true;
    const { observe } = manager;
    manager.observe = async () => {
      if (!isFirst) return await observe();
      isFirst = false;
      return starting;
    };
    return { manager, done };
  }

  it('waits for a start that is under way and does not repeat it', async () => {
    const { manager, done } = underWay({ active: 'active' });
    const change = await restart(manager, 'a');
    expect(change).toMatchObject({ changed: false, after: { active: 'active', invocation: 'a' } });
    expect(change.notes).toEqual(['a start was under way: waited for, not repeated']);
    expect(done.restarts).toBe(0);
  });

  it('starts anew where the start that was under way failed', async () => {
    const { manager, done } = underWay({ active: 'failed', result: 'exit-code' });
    expect(await restart(manager, 'a')).toMatchObject({ changed: true, after: { invocation: 'new' } });
    expect(done.restarts).toBe(1);
  });

  it('gives a new start that failed as the state after it', async () => {
    const { manager } = scripted(serviceState({ invocation: 'a' }), {
      invocation: 'b',
      active: 'failed',
      result: 'exit-code',
    });
    const change = await restart(manager, 'a');
    expect(change).toMatchObject({
      changed: true,
      after: { active: 'failed' },
      notes: ['the new start failed: exit-code'],
    });
  });

  it('fails, to be tried again, when no new start came', async () => {
    const { manager } = scripted(serviceState({ invocation: 'a' }), {});
    await expect(restart(manager, 'a')).rejects.toMatchObject({ type: 'NotInDesiredState', nonRetryable: false });
  });

  it.each<[ServiceState['load'], string, string]>([
    ['masked', 'UnitMasked', 'unmask kingfisher.service'],
    ['not-found', 'UnitUnusable', 'install the unit'],
    ['bad-setting', 'UnitUnusable', 'systemctl status kingfisher.service'],
    ['error', 'UnitUnusable', 'systemctl status kingfisher.service'],
  ])('refuses a unit that is %s, with the remedy', async (load, type, remedy) => {
    const { manager, done } = scripted(serviceState({ load }));
    const failure = restart(manager, 'a');
    await expect(failure).rejects.toMatchObject({ type, nonRetryable: true });
    await expect(failure).rejects.toThrow(remedy);
    expect(done.restarts).toBe(0);
  });

  describe('with an invalid configuration', () => {
    const configCheck = { command: ['/bin/sh', '-c', 'echo bad port; exit 1'], cwd: '/', timeoutMs: 5_000 };
    /** systemd says nothing of the unit's environment. */
    const run: CommandRunner = (command) =>
      runCommand(command.program.endsWith('/systemctl') ? { ...command, program: '/bin/true', args: [] } : command);
    const restartChecked = (manager: ServiceManager, runner = run) =>
      createHostActivities(hostSettings('/nowhere', { configCheck }), {
        findManager: () => manager,
        run: runner,
      }).ensureRestarted({ service: 'kingfisher', seenInvocation: 'a', permit: PERMIT });

    it('restarts one of which the check cannot be made', async () => {
      const { manager } = scripted(serviceState({ invocation: 'a' }));
      const away: CommandRunner = () => Promise.reject(new Error('systemd does not answer'));
      await expect(restartChecked(manager, away)).resolves.toMatchObject({ changed: true });
    });

    it('leaves one that runs alone, and says what is wrong', async () => {
      const { manager, done } = scripted(serviceState({ invocation: 'a' }));
      const failure = restartChecked(manager);
      await expect(failure).rejects.toMatchObject({ type: 'ConfigurationInvalid', nonRetryable: true });
      await expect(failure).rejects.toThrow('bad port');
      expect(done.restarts).toBe(0);
    });

    it('restarts one that is down: there is nothing to lose', async () => {
      const { manager } = scripted(serviceState({ invocation: 'a', active: 'failed' }));
      await expect(restartChecked(manager)).resolves.toMatchObject({ changed: true });
    });
  });

  it.each(['masked', 'not-found'] as const)('no stray is ended when the unit is %s', async (load) => {
    const { manager } = scripted(serviceState({ load }));
    const { ensureStraysEnded } = createHostActivities(hostSettings('/nowhere'), { findManager: () => manager });
    const type = load === 'masked' ? 'UnitMasked' : 'UnitUnusable';
    await expect(ensureStraysEnded({ graceMs: 100, permit: PERMIT })).rejects.toMatchObject({ type });
  });

  it('restarts once when attempts of the same step overlap', async () => {
    const { manager, done } = scripted(serviceState({ invocation: 'a' }));
    const { ensureRestarted } = activitiesOf(manager);
    const input = { service: 'kingfisher', seenInvocation: 'a', permit: PERMIT } as const;
    const changes = await Promise.all([ensureRestarted(input), ensureRestarted(input), ensureRestarted(input)]);
    expect(changes.map(({ changed }) => changed)).toEqual([true, false, false]);
    expect(done.restarts).toBe(1);
  });

  it('goes on after an attempt that failed', async () => {
    const { manager } = scripted(serviceState({ invocation: 'a' }));
    const settle = manager.settle;
    manager.settle = async () => {
      manager.settle = settle;
      throw new HostError('ObservationFailed', 'not this time');
    };
    const { ensureRestarted } = activitiesOf(manager);
    const input = { service: 'kingfisher', seenInvocation: 'a', permit: PERMIT } as const;
    await expect(ensureRestarted(input)).rejects.toMatchObject({ type: 'ObservationFailed' });
    await expect(ensureRestarted(input)).resolves.toMatchObject({ changed: true });
  });

  it('does not know a service that is not configured', async () => {
    const activities = createHostActivities(hostSettings('/nowhere'));
    await expect(activities.observeService({ service: 'redis' })).rejects.toMatchObject({ type: 'NotConfigured' });
    await expect(activities.observeDependency({ dependency: 'redis' })).rejects.toMatchObject({
      type: 'NotConfigured',
      nonRetryable: true,
    });
  });
});
