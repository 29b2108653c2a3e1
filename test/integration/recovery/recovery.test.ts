import { DATA, RABBITMQ, REDIS, RecoverySite, cited, detailOf, expectHealed } from '../../support/sites/recovery-site';

let site: RecoverySite;

beforeAll(async () => {
  site = await RecoverySite.up('rec');
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => site.lab.restore());

describe('emergencyRecovery on a real host', () => {
  it('heals a host on which everything was broken at once, and leaves alone what is not its business', async () => {
    await site.exec('chmod', '-R', '0700', `${DATA}/images`);
    await site.exec('touch', '-d', '3 days ago', `${DATA}/temp/old.tmp`);
    await site.redis(1, 'set', 'ratelimit:free:ip:1', '1');
    await site.redis(1, 'set', 'idempotency:42', 'done');
    await site.lab.host.systemctl('stop', REDIS, RABBITMQ, 'postgresql.service', site.postgres);
    await site.lab.host.systemctl('kill', '--signal=KILL', 'kingfisher.service');

    const view = await site.recover();
    expectHealed(view);
    for (let step = 1; step <= 9; step++) expect(cited(view, `H.${step}`).length).toBeGreaterThan(0);
    expect(await site.mode(`${DATA}/images`)).toBe('755 kingfisher');
    expect(await site.isThere(`${DATA}/temp/old.tmp`)).toBe(false);
    expect(await site.redis(1, 'exists', 'ratelimit:free:ip:1')).toBe('0');
    expect(await site.redis(1, 'get', 'idempotency:42')).toBe('done');
  });

  it('recovers a healthy host and restarts each dependency once', async () => {
    const before = await site.starts(...site.dependencies);
    expectHealed(await site.recover());
    expect(await site.starts(...site.dependencies)).toEqual(before.map((starts) => starts + 1));
  });

  it('changes nothing in a dry run', async () => {
    await site.exec('chmod', '0700', `${DATA}/images`);
    const before = await site.starts('kingfisher.service', ...site.dependencies);
    const view = await site.recover({ dryRun: true });
    expect(view.outcome).toBe('planned');
    expect(await site.mode(`${DATA}/images`)).toBe('700 kingfisher');
    expect(await site.starts('kingfisher.service', ...site.dependencies)).toEqual(before);
    expect(view.timeline.filter((entry) => entry.status === 'failed')).toEqual([]);
  });

  it('takes a missing folder of today for nothing to back up', async () => {
    const { today } = site;
    await site.exec('mv', today, `${DATA}/elsewhere`);
    try {
      const view = await site.recoverUnhealthy();
      expectHealed(view);
      expect(cited(view, 'H.2')[0]?.detail).toContain('nothing to back up');
    } finally {
      await site.exec('rm', '-rf', today);
      await site.exec('mv', `${DATA}/elsewhere`, today);
    }
  });

  it('clears nothing when images lie flat and nobody said so', async () => {
    // It goes on making images of its own.
    await site.lab.host.systemctl('stop', 'kingfisher.service');
    await site.shell(`mv ${DATA}/images/20* ${DATA}/aside; touch ${DATA}/images/flat.jpg`);
    await site.exec('touch', '-d', '3 days ago', `${DATA}/temp/old.tmp`);
    try {
      const view = await site.recoverUnhealthy();
      expect(view.outcome).toBe('degraded');
      expect(detailOf(view, 'ImagesNotFound')).toContain('flat.jpg');
      expect(cited(view, 'H.4')[0]).toMatchObject({ status: 'skipped' });
      expect(await site.isThere(`${DATA}/temp/old.tmp`)).toBe(true);
    } finally {
      const year = site.today.slice(0, `${DATA}/images/2026`.length);
      await site.shell(`rm -rf ${DATA}/images/flat.jpg ${DATA}/temp/old.tmp ${year}; mv ${DATA}/aside ${year}`);
    }
  });

  it.each([
    ['PostgreSQL', () => site.postgres],
    ['Redis', () => REDIS],
    ['RabbitMQ', () => RABBITMQ],
  ])('starts %s where that alone was stopped, and leaves the healthy ones alone', async (_name, unitOf) => {
    const unit = unitOf();
    const before = await site.starts(...site.dependencies);
    await site.lab.host.systemctl('stop', unit);
    expectHealed(await site.recoverUnhealthy());
    const expected = before.map((starts, i) => (site.dependencies[i] === unit ? starts + 1 : starts));
    expect(await site.starts(...site.dependencies)).toEqual(expected);
  });
});
