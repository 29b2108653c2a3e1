import { LabHost, labUnavailable } from '../../../lab/lab-host';
import type { AgentSettings } from '../../../src/host/agent-settings';
import type { Change } from '../../../src/shared/observations/change';
import type { DependencyState } from '../../../src/shared/observations/probes';
import type { RecentStarts, ServiceState } from '../../../src/shared/observations/service';
import { requireBuild } from '../../support/build';
import { PERMIT } from '../../support/scripted/permit';
import { settingsOf } from '../../support/scripted/host-settings';
import { waitFor } from '../../support/wait-for';

const unavailable = labUnavailable();
const whereLabRuns = unavailable === null ? describe : describe.skip;

/** Runs one activity of the agent inside the host and prints its result, or the failure that it ended with. */
const DRIVER = `
  const [settings, name, input] = process.argv.slice(1).map((argument) => JSON.parse(argument));
  const { createHostActivities } = require('/opt/halcyon/dist/src/activities/host');
  createHostActivities(settings)[name](input).then(
    (result) => console.log(JSON.stringify({ result })),
    ({ type, nonRetryable, message }) => console.log(JSON.stringify({ failure: { type, nonRetryable, message } })),
  );`;

/** A unit that takes its time to end, so that its jobs can be met on their way, also where a look takes seconds. */
const SLOW_UNIT = `[Service]
ExecStart=/bin/sleep infinity
ExecStop=/bin/sleep 6
`;

/** Few starts in a long time: the limit is met however long each of them takes. */
const LIMITED = `[Unit]
StartLimitIntervalSec=1h
StartLimitBurst=8
`;

whereLabRuns(`systemd adapter on a real host${unavailable === null ? '' : ` (${unavailable})`}`, () => {
  let host: LabHost;

  beforeAll(async () => {
    requireBuild();
    host = await LabHost.up('hostsystemd', { images: 1 });
    await host.exec(['/bin/sh', '-c', 'cat > /run/systemd/system/slow.service'], { input: SLOW_UNIT });
    await host.systemctl('daemon-reload');
    await host.systemctl('start', 'slow.service');
  });
  afterAll(async () => await host?.down());

  async function call(name: string, input: object, unit = 'kingfisher.service'): Promise<unknown> {
    const { stdout } = await host.exec([
      '/opt/halcyon-node/bin/node',
      '-e',
      DRIVER,
      ...[settingsFor(unit), name, { ...input, permit: PERMIT }].map((argument) => JSON.stringify(argument)),
    ]);
    const { result, failure } = JSON.parse(stdout) as { result?: unknown; failure?: object };
    if (failure !== undefined) throw Object.assign(new Error('the activity failed'), failure);
    return result;
  }

  const observe = async (unit?: string) =>
    (await call('observeService', { service: 'kingfisher' }, unit)) as ServiceState;
  const restart = async (seenInvocation: string, unit?: string) =>
    (await call('ensureRestarted', { service: 'kingfisher', seenInvocation }, unit)) as Change<ServiceState>;

  /** systemd writes to the journal a moment after it acted. */
  async function startsSince(before: string[]): Promise<number> {
    return (await host.invocationHistory('kingfisher.service')).length - before.length;
  }

  it('restarts once; the same step again observes that', async () => {
    const history = await host.invocationHistory('kingfisher.service');
    const seen = await observe();
    expect(seen).toMatchObject({
      load: 'loaded',
      active: 'active',
      sub: 'running',
      jobPending: false,
      exitStatus: null,
    });
    const first = await restart(seen.invocation);
    expect(first).toMatchObject({
      changed: true,
      before: { invocation: seen.invocation },
      after: { active: 'active' },
    });
    expect(first.after.invocation).not.toBe(seen.invocation);
    const second = await restart(seen.invocation);
    expect(second).toMatchObject({ changed: false, after: { invocation: first.after.invocation } });
    expect(second.notes[0]).toContain('already restarted');
    expect(await startsSince(history)).toBe(1);
    const { evidence, startedAt } = (await call('observeRecentStarts', { service: 'kingfisher' })) as RecentStarts;
    expect(evidence).toBe('present');
    expect(startedAt.length).toBeGreaterThanOrEqual(2);
  });

  it('starts what was killed, and what was stopped', async () => {
    for (const end of [['kill', '--signal=KILL'], ['stop']]) {
      const { invocation } = await observe();
      await host.systemctl(...end, 'kingfisher.service');
      await waitFor(async () => (await observe()).active !== 'active', { what: 'its end' });
      expect(await restart(invocation)).toMatchObject({ changed: true, after: { active: 'active' } });
    }
  });

  it('overcomes a start limit', async () => {
    const folder = '/run/systemd/system/kingfisher.service.d';
    await host.exec(['mkdir', '-p', folder]);
    await host.exec(['tee', `${folder}/limit.conf`], { input: LIMITED });
    await host.systemctl('daemon-reload');
    const limited = await waitFor(
      async () => {
        await host.exec(['systemctl', 'restart', 'kingfisher.service'], { check: false });
        const state = await observe();
        return state.result === 'start-limit-hit' ? state : undefined;
      },
      { what: 'the start limit', deadlineMs: 120_000, everyMs: 1 },
    );
    expect(limited).toMatchObject({ active: 'failed' });
    expect(await restart(limited.invocation)).toMatchObject({
      changed: true,
      after: { active: 'active', result: 'success' },
    });
  });

  it('waits for the job of another hand, and does not restart after it', async () => {
    const seen = await observe('slow.service');
    await host.systemctl('restart', '--no-block', 'slow.service');
    expect(await observe('slow.service')).toMatchObject({ invocation: seen.invocation, jobPending: true });
    const change = await restart(seen.invocation, 'slow.service');
    expect(change).toMatchObject({ changed: false, after: { active: 'active', jobPending: false } });
    expect(change.after.invocation).not.toBe(seen.invocation);
    expect(await observe('slow.service')).toMatchObject({ invocation: change.after.invocation, jobPending: false });
  });

  it('finds the restart of an agent that was killed while its job was pending', async () => {
    const seen = await observe('slow.service');
    const input = JSON.stringify({ service: 'kingfisher', seenInvocation: seen.invocation, permit: PERMIT });
    const settings = JSON.stringify(settingsFor('slow.service'));
    const agent = ['/opt/halcyon-node/bin/node', '-e', DRIVER, settings, '"ensureRestarted"', input];
    await host.systemctl('reset-failed');
    await host.exec(['systemd-run', '--unit=doomed', '--collect', ...agent]);
    await waitFor(async () => (await observe('slow.service')).jobPending, { what: 'its job' });
    await host.systemctl('kill', '--signal=KILL', 'doomed.service');
    const change = await restart(seen.invocation, 'slow.service');
    expect(change).toMatchObject({ changed: false, after: { active: 'active' } });
    await host.exec(['journalctl', '--sync']);
    const { stdout } = await host.exec(['journalctl', '--output=cat', '--unit=slow.service', '--grep=^Started']);
    // One when the host came up, one by the other hand above, one now.
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  it('refuses a unit that is masked, missing or broken, with the remedy', async () => {
    await host.systemctl('mask', 'slow.service');
    const masked = {
      type: 'UnitMasked',
      nonRetryable: true,
      message: expect.stringContaining('unmask slow.service') as string,
    };
    await expect(restart('', 'slow.service')).rejects.toMatchObject(masked);
    await host.systemctl('unmask', 'slow.service');
    await expect(restart('', 'no-such.service')).rejects.toMatchObject({ type: 'UnitUnusable', nonRetryable: true });
    await host.exec(['/bin/sh', '-c', 'cat > /run/systemd/system/broken.service'], { input: '[Service]\n' });
    await host.systemctl('daemon-reload');
    await expect(restart('', 'broken.service')).rejects.toMatchObject({ type: 'UnitUnusable' });
  });

  it('asks the dependencies by their own protocols, and restarts PostgreSQL until it answers', async () => {
    for (const dependency of ['postgres', 'redis', 'rabbitmq'] as const) {
      const state = (await call('observeDependency', { dependency })) as DependencyState;
      expect(state).toMatchObject({ dependency, endpoint: { answer: 'ok' }, unit: { active: 'active' } });
    }
    const { invocation } = (await call('observeService', { service: 'postgres' })) as ServiceState;
    await host.systemctl('stop', 'postgresql@15-main.service');
    const down = (await call('observeDependency', { dependency: 'postgres' })) as DependencyState;
    expect(down).toMatchObject({ endpoint: { answer: 'refused' }, unit: { active: 'inactive' } });
    const change = await call('ensureRestarted', { service: 'postgres', seenInvocation: invocation });
    expect(change).toMatchObject({ changed: true, after: { active: 'activating', jobPending: true } });
    const wanted = { reading: 'dependency', dependency: 'postgres', windowMs: 0, deadlineMs: 20_000 };
    expect(await call('waitUntil', wanted)).toMatchObject({ holds: true, last: { endpoint: { answer: 'ok' } } });
  });
});

/** The settings of the lab's own agent, for KingFisher as this unit. */
function settingsFor(unit: string): AgentSettings {
  return settingsOf({
    stateDir: '/var/lib/halcyon-alone',
    host: 'hostsystemd',
    kingfisher: {
      manager: { type: 'systemd', unit },
      installDir: '/opt/kingfisher',
      dataDir: '/opt/kingfisher/data',
      tempDirs: ['/opt/kingfisher/data/temp'],
      tempFilesLimit: 100,
    },
    dependencies: {
      postgres: {
        unit: 'postgresql@15-main.service',
        url: 'postgres://kingfisher:kingfisher@127.0.0.1:5432/zmart_core',
      },
      redis: { unit: 'redis-server.service', url: 'redis://127.0.0.1:6379/1' },
      rabbitmq: { unit: 'rabbitmq-server.service', url: 'amqp://guest:guest@127.0.0.1:5672' },
    },
  });
}
