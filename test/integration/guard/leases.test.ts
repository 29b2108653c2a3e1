import type { LeaseView } from '../../../src/shared/safety/lease';
import { halcyon } from '../../support/command-line';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const HOST = 'lse';
const FILE = '/opt/kingfisher/config/kingfisher.json';
const AGENT = 'halcyon-agent.service';
const LEASE = `lease/${HOST}/openai.max_qps`;

let site: LabSite;
let normal: string;

beforeAll(async () => {
  site = await LabSite.up(HOST);
  normal = await file();
});
afterAll(async () => {
  await site?.down();
});
beforeEach(async () => {
  await site.host.exec(['tee', FILE], { input: normal });
});

const leases = (...args: string[]) => halcyon(['leases', ...args, '--config', site.stack.configFile]);
const apply = (setting: string, value: number) =>
  leases('apply', '--host', HOST, '--setting', setting, '--value', String(value), '--for', '1h', '--reason', 'test');
const release = (setting: string) => leases('release', HOST, setting, '--reason', 'test');
const file = async () => (await site.host.exec(['cat', FILE])).stdout;

async function metric(name: string): Promise<number> {
  const { stdout } = await site.host.exec(['curl', '--silent', 'http://127.0.0.1:8201/metrics'], { check: false });
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stdout)?.[1]);
}

async function untilMetric(name: string, value: number): Promise<void> {
  await waitFor(async () => (await metric(name)) === value, { what: `${name} ${value}`, deadlineMs: 30_000 });
}

async function view(setting = 'openai.max_qps'): Promise<LeaseView> {
  return await site.stack.client.workflow.getHandle(`lease/${HOST}/${setting}`).query<LeaseView>('lease');
}

describe('a person’s lease on a real host', () => {
  it('changes the file and what KingFisher does, is listed, and put back, byte for byte', async () => {
    const owner = await site.host.exec(['stat', '--format=%U:%G %a', FILE]);
    expect(await apply('openai.max_qps', 4)).toMatchObject({ code: 0 });
    expect(await file()).toBe(normal.replace('"max_qps": 8', '"max_qps": 4'));
    await untilMetric('kingfisher_openai_max_qps', 4);
    await waitFor(async () => /8 → 4/.test((await leases('list', '--host', HOST)).stdout), { what: 'the list' });
    expect(await release('openai.max_qps')).toMatchObject({ code: 0 });
    expect(await file()).toBe(normal);
    await untilMetric('kingfisher_openai_max_qps', 8);
    expect((await site.host.exec(['stat', '--format=%U:%G %a', FILE])).stdout).toBe(owner.stdout);
  });

  it('comes through kill -9 of agent and controller', async () => {
    await Promise.all([
      apply('openai.max_qps', 4),
      site.host.systemctl('kill', '--signal=KILL', AGENT),
      site.stack.controller.kill(),
    ]);
    await site.stack.controller.start();
    await waitFor(async () => (await view()).state === 'active', { what: 'the lease', deadlineMs: 45_000 });
    await untilMetric('kingfisher_openai_max_qps', 4);
    await site.stack.client.workflow
      .getHandle(LEASE)
      .executeUpdate('release', { args: [{ by: 'test', reason: 'over' }] });
    await Promise.all([site.host.systemctl('kill', '--signal=KILL', AGENT), site.stack.controller.kill()]);
    await site.stack.controller.start();
    const end = (await site.stack.client.workflow.getHandle(LEASE).result()) as LeaseView;
    expect(end).toMatchObject({ state: 'undone', original: 8, current: 8 });
    expect(await file()).toBe(normal);
    await untilMetric('kingfisher_openai_max_qps', 8);
  });

  it('leaves alone what somebody edited meanwhile', async () => {
    await apply('openai.max_qps', 4);
    const edited = (await file()).replace('"max_qps": 4', '"max_qps": 6');
    await site.host.exec(['tee', FILE], { input: edited });
    const { code, stdout } = await release('openai.max_qps');
    expect(code).toBe(1);
    expect(stdout).toContain('overtaken');
    expect(await file()).toBe(edited);
  });

  it('restarts KingFisher where it reads the setting at its start only', async () => {
    const starts = await site.starts(async () => {
      expect(await apply('orchestrator.max_workers', 4)).toMatchObject({ code: 0 });
      await untilMetric('kingfisher_orchestrator_max_workers', 4);
      expect(await release('orchestrator.max_workers')).toMatchObject({ code: 0 });
      await untilMetric('kingfisher_orchestrator_max_workers', 8);
    });
    expect(starts).toBe(2);
  });

  it('puts the setting back while KingFisher is down, and does not start it for that', async () => {
    await apply('orchestrator.max_workers', 4);
    await site.host.systemctl('stop', 'kingfisher.service');
    try {
      expect(await release('orchestrator.max_workers')).toMatchObject({ code: 0 });
      expect(await file()).toBe(normal);
      expect(await site.host.property('kingfisher.service', 'ActiveState')).toBe('inactive');
    } finally {
      await site.restore();
    }
    await untilMetric('kingfisher_orchestrator_max_workers', 8);
  });

  it('is refused outside of the host’s own limits, and for what the host does not name', async () => {
    expect(await apply('openai.max_qps', 9)).toMatchObject({ code: 1, stdout: expect.stringContaining('1 to 8') });
    expect(await apply('openai.key', 9)).toMatchObject({ code: 1, stdout: expect.stringContaining('no setting') });
    expect(await file()).toBe(normal);
  });
});

describe('a setting in config_entries', () => {
  const url = 'postgres://kingfisher:kingfisher@127.0.0.1/zmart_core';
  const row = async (columns: string) => {
    const select = `SELECT ${columns} FROM kingfisher.config_entries WHERE version = '1'`;
    return (await site.host.exec(['psql', url, '-Atc', select])).stdout.trim();
  };
  const document = (size: number) => `{"id": 12345678901234567890, "analysis": {"cost": 0.10, "batch_size": ${size}}}`;

  it('is changed with a new etag, and put back', async () => {
    const etag = await row('etag');
    expect(await apply('analysis.batch_size', 16)).toMatchObject({ code: 0 });
    expect(await row('data')).toBe(document(16));
    expect(await row('etag')).not.toBe(etag);
    expect(await release('analysis.batch_size')).toMatchObject({ code: 0 });
    expect(await row('data')).toBe(document(32));
  });

  it('is put back when PostgreSQL is back, which was down at the end of the lease', async () => {
    await apply('analysis.batch_size', 16);
    const { stdout } = await site.host.exec(['systemctl', 'list-units', '--plain', '--no-legend', 'postgresql@*']);
    const postgres = stdout.split(' ')[0]!;
    await site.host.systemctl('stop', postgres);
    const handle = site.stack.client.workflow.getHandle(`lease/${HOST}/analysis.batch_size`);
    await handle.executeUpdate('release', { args: [{ by: 'test', reason: 'over' }] });
    await waitFor(async () => (await view('analysis.batch_size')).state === 'undoing', { what: 'the undo' });
    await site.host.systemctl('start', postgres);
    expect(await handle.result()).toMatchObject({ state: 'undone', current: 32 });
    expect(await row('data')).toBe(document(32));
  });
});
