import type { WorkflowHandle } from '@temporalio/client';
import type { IncidentInput, IncidentView } from '../../src/shared/incident';
import { FIRST_STATE } from '../../src/shared/incident';
import { searchAttributes } from '../../src/shared/search-attributes';
import { CONTROLLER_TASK_QUEUE } from '../../src/shared/task-queues';
import { POLICY } from '../support/incidents';
import { LabSite } from '../support/lab-site';
import { waitFor } from '../support/wait-for';

const DATA = '/opt/kingfisher/data';
const DEPENDENCIES = ['redis-server.service', 'rabbitmq-server.service'];

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.up('rec');
});
afterAll(async () => {
  await site?.down();
});

async function start(recovery: Partial<NonNullable<IncidentInput['recovery']>> = {}): Promise<WorkflowHandle> {
  const host = site.host.name;
  const input: IncidentInput = {
    runbook: 'emergencyRecovery',
    alertname: 'emergencyRecovery',
    host,
    policy: { ...POLICY, stabilityWindowMs: 1_000, tempFilesOlderThanMs: 3_600_000 },
    closedEpisodes: {},
    recovery: { dryRun: false, onlyUnhealthy: false, ...recovery },
    startedBy: { who: 'test', reason: 'a test' },
  };
  return await site.stack.client.workflow.start('emergencyRecovery', {
    workflowId: `incident/emergencyRecovery/${host}`,
    taskQueue: CONTROLLER_TASK_QUEUE,
    args: [input],
    typedSearchAttributes: [{ key: searchAttributes.state, value: FIRST_STATE }],
  });
}

async function recover(recovery: Partial<NonNullable<IncidentInput['recovery']>> = {}): Promise<IncidentView> {
  return (await (await start(recovery)).result()) as IncidentView;
}

const names = (view: IncidentView) => view.findings.map((finding) => finding.name);
const exec = (...argv: string[]) => site.host.exec(argv);
const mode = async (path: string) => (await exec('stat', '-c', '%a %U', path)).stdout.trim();
const redis = async (...argv: string[]) => (await exec('redis-cli', '-n', '1', ...argv)).stdout.trim();
const startsOf = async (unit: string) => (await site.host.invocationHistory(unit)).length;

function expectHealed(view: IncidentView): void {
  if (view.outcome !== 'healed') throw new Error(JSON.stringify([view.outcome, view.findings, view.timeline], null, 1));
}

describe('emergencyRecovery on a real host', () => {
  beforeEach(() => site.restore());

  it('heals a host on which everything was broken at once, and leaves alone what is not its business', async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    await exec('chmod', '-R', '0700', `${DATA}/images`);
    await exec('ln', '-sfn', '/etc/passwd', `${DATA}/images/trap`);
    await exec('touch', '-d', '3 days ago', `${DATA}/temp/old.tmp`);
    await redis('set', 'ratelimit:free:ip:1', '1');
    await redis('set', 'idempotency:42', 'done');
    await site.host.systemctl('stop', ...DEPENDENCIES, 'postgresql.service');
    await site.host.systemctl('kill', '--signal=KILL', 'kingfisher.service');

    const view = await recover();
    expectHealed(view);
    for (let step = 1; step <= 9; step++) expect(view.timeline.some((entry) => entry.cite === `H.${step}`)).toBe(true);
    expect(await mode(`${DATA}/images`)).toBe('755 kingfisher');
    expect(await mode('/etc/passwd')).toBe('644 root');
    expect((await site.host.exec(['test', '-e', `${DATA}/temp/old.tmp`], { check: false })).exitCode).toBe(1);
    expect(await redis('exists', 'ratelimit:free:ip:1')).toBe('0');
    expect(await redis('get', 'idempotency:42')).toBe('done');
    const backups = (await exec('find', '/var/backups/kingfisher', '-name', '*.jpg')).stdout.trim().split('\n');
    const images = (await exec('find', `${DATA}/images/${today}`, '-name', '*.jpg')).stdout.trim().split('\n');
    expect(backups.length).toBeGreaterThanOrEqual(images.length);
    await exec('rm', `${DATA}/images/trap`);
  });

  it('recovers a healthy host and restarts each dependency once', async () => {
    const before = await Promise.all(DEPENDENCIES.map(startsOf));
    expectHealed(await recover());
    const after = await Promise.all(DEPENDENCIES.map(startsOf));
    expect(after).toEqual(before.map((starts) => starts + 1));
  });

  it('leaves healthy dependencies alone when told so', async () => {
    const before = await startsOf('rabbitmq-server.service');
    await site.host.systemctl('stop', 'redis-server.service');
    expectHealed(await recover({ onlyUnhealthy: true }));
    expect(await startsOf('rabbitmq-server.service')).toBe(before);
  });

  it('changes nothing in a dry run', async () => {
    await exec('chmod', '0700', `${DATA}/images`);
    const starts = await startsOf('kingfisher.service');
    const view = await recover({ dryRun: true });
    expect(view.outcome).toBe('planned');
    expect(await mode(`${DATA}/images`)).toBe('700 kingfisher');
    expect(await startsOf('kingfisher.service')).toBe(starts);
    expect(view.timeline.filter((entry) => entry.status === 'failed')).toEqual([]);
  });

  it('takes a missing folder of today for nothing to back up', async () => {
    const today = new Date().toISOString().slice(0, 10).replaceAll('-', '/');
    await exec('mv', `${DATA}/images/${today}`, `${DATA}/images/elsewhere`);
    try {
      const view = await recover();
      expectHealed(view);
      expect(view.timeline.find((entry) => entry.cite === 'H.2')?.detail).toContain('nothing to back up');
    } finally {
      await site.host.exec(['rm', '-rf', `${DATA}/images/${today}`]);
      await exec('mv', `${DATA}/images/elsewhere`, `${DATA}/images/${today}`);
    }
  });

  it('names a masked dependency, and starts KingFisher all the same', async () => {
    await site.host.systemctl('mask', '--now', '--runtime', 'redis-server.service');
    try {
      const view = await recover();
      expect(view.outcome).toBe('unresolved');
      expect(names(view)).toEqual(expect.arrayContaining(['UnitMasked', 'DependencyStillDown']));
      expect(await site.host.property('kingfisher.service', 'ActiveState')).toBe('active');
    } finally {
      await site.host.systemctl('unmask', '--runtime', 'redis-server.service');
      await site.host.systemctl('start', 'redis-server.service');
    }
  });
});

/** Reproducible pseudo-random numbers in [0, 1): mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('kill -9 at random moments', () => {
  const seed = Number(process.env['HALCYON_CHAOS_SEED'] ?? Date.now() % 1_000_000);
  const kills = Number(process.env['HALCYON_CHAOS_KILLS'] ?? 6);
  beforeEach(() => site.restore());

  it(`ends healed after each of ${kills} kills (HALCYON_CHAOS_SEED=${seed})`, async () => {
    const next = random(seed);
    for (let kill = 1; kill <= kills; kill++) {
      const units = [...DEPENDENCIES, await postgresUnit()];
      const before = await Promise.all(units.map(startsOf));
      const steps = 12;
      const strikeAt = 1 + Math.floor(next() * steps);
      const ofAgent = next() < 0.5;
      const incident = await start();
      await waitFor(
        async () => {
          const view = await incident.query<IncidentView>('timeline');
          return view.timeline.filter((entry) => entry.status !== 'note').length >= strikeAt || view.outcome !== null;
        },
        { what: `step ${strikeAt}`, deadlineMs: 30_000 },
      );
      if (ofAgent) await site.host.systemctl('kill', '--signal=KILL', 'halcyon-agent.service');
      else {
        await site.stack.controller.kill();
        await site.stack.controller.start();
      }
      const where = `kill ${kill} of the ${ofAgent ? 'agent' : 'controller'} after ${strikeAt} steps began, seed ${seed}`;
      const view = (await incident.result()) as IncidentView;
      if (view.outcome !== 'healed')
        throw new Error(`${where}: ${JSON.stringify([view.findings, view.timeline], null, 1)}`);
      const after = await Promise.all(units.map(startsOf));
      if (after.some((starts, i) => starts !== before[i]! + 1)) throw new Error(`${where}: restarted more than once`);
      await exec('test', '-s', `/var/backups/kingfisher/${(await incident.describe()).runId}/manifest.jsonl`);
    }
  }, 600_000);
});

async function postgresUnit(): Promise<string> {
  const { stdout } = await site.host.systemctl('list-units', '--plain', '--no-legend', '--all', 'postgresql@*.service');
  return stdout.trim().split(/\s+/)[0]!;
}
