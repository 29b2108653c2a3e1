import { exitCodeOf } from '../../../src/cli/incident/print-timeline';
import {
  BACKUPS,
  DATA,
  KINGFISHER,
  RABBITMQ,
  REDIS,
  RecoverySite,
  cited,
  detailOf,
  names,
} from '../../support/sites/recovery-site';

let site: RecoverySite;

beforeAll(async () => {
  site = await RecoverySite.up('rectr');
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => site.lab.restore());

describe('a dependency that cannot start', () => {
  it.each([
    ['PostgreSQL', () => site.postgres],
    ['Redis', () => REDIS],
  ])('%s, masked: it is named, stays masked, and KingFisher is started all the same', async (_name, unitOf) => {
    const unit = unitOf();
    await site.lab.host.systemctl('mask', '--now', '--runtime', unit);
    try {
      const view = await site.recoverUnhealthy();
      expect(view.outcome).toBe('unresolved');
      expect(names(view)).toEqual(expect.arrayContaining(['UnitMasked', 'DependencyStillDown']));
      expect(await site.isActive(KINGFISHER)).toBe(true);
      expect(await site.lab.host.property(unit, 'LoadState')).toBe('masked');
    } finally {
      await site.lab.host.systemctl('unmask', '--runtime', unit);
      await site.lab.host.systemctl('start', unit);
    }
  });

  it('RabbitMQ, refused by its own start: it is named with its last journal lines, the others go on', async () => {
    const start = 'ExecStartPre=/bin/sh -c "echo no room for the message store; exit 1"';
    // Debian's unit writes to a file.
    await changeRabbitmq(start, 'StandardOutput=journal');
    const before = await site.starts(site.postgres, REDIS);
    try {
      const view = await site.recover({}, { dependencyReadyWithinMs: 3_000 });
      expect(view.outcome).toBe('unresolved');
      const detail = detailOf(view, 'DependencyStillDown');
      expect(detail).toContain('rabbitmq did not come back');
      expect(detail).toContain('no room for the message store');
      expect(await site.starts(site.postgres, REDIS)).toEqual(before.map((starts) => starts + 1));
      expect(await site.isActive(KINGFISHER)).toBe(true);
    } finally {
      await changeRabbitmq();
      await site.lab.host.systemctl('restart', RABBITMQ);
    }
  });

  async function changeRabbitmq(...lines: string[]): Promise<void> {
    const folder = `/etc/systemd/system/${RABBITMQ}.d`;
    await site.shell(`mkdir -p ${folder}; cat > ${folder}/test.conf <<'END'\n[Service]\n${lines.join('\n')}\nEND`);
    await site.lab.host.systemctl('daemon-reload');
  }
});

describe('a KingFisher that cannot start', () => {
  it('for its program: the rest is mended, and it is named with its journal', async () => {
    await site.exec('chmod', '0700', `${DATA}/images`);
    await site.lab.changeUnit('ExecStart=', 'ExecStart=/opt/kingfisher/backend/gone');
    const view = await site.recoverUnhealthy();
    expect(exitCodeOf(view.outcome)).toBe(1);
    expect(detailOf(view, 'KingfisherStillDown')).toContain('backend/gone');
    expect(await site.mode(`${DATA}/images`)).toBe('755 kingfisher');
  });

  it('for a unit that systemd cannot use: it is named, and the one that runs is not stopped', async () => {
    await site.lab.changeUnit('ExecStart=');
    const view = await site.recoverUnhealthy();
    expect(view.outcome).not.toBe('healed');
    expect(detailOf(view, 'UnitUnusable')).toContain('bad-setting');
    expect(view.timeline.filter(({ kind }) => kind === 'change')).toEqual([]);
    expect(await site.isActive(KINGFISHER)).toBe(true);
  });
});

describe('a disk that is full during the backup', () => {
  const FAULTS = `${DATA}/faults.json`;

  beforeEach(async () => {
    await site.exec('touch', '-d', '3 days ago', `${DATA}/temp/old.tmp`);
    // No new images: they are counted below.
    await site.lab.host.exec(['tee', FAULTS], { input: '{"telegramSilent":true}' });
  });
  afterEach(async () => await site.exec('rm', FAULTS));

  it.each([
    // Smaller than the reserve.
    ['from the beginning', () => 'size=8m', 'Nothing was written'],
    // One inode for the folder, and too few for what is more than the images.
    ['in the middle of it', (images: number) => `size=64m,nr_inodes=${images + 2}`, 'ran full'],
  ])('%s: no backup, nothing is cleared, KingFisher is up', async (_when, optionsFor, said) => {
    const options = optionsFor(Number(await site.shell(`find ${site.today} -type f | wc -l`)));
    const before = await site.shell(`cd ${DATA}/images && find . -type f -exec sha256sum {} + | sort`);
    await site.exec('mkdir', '-p', BACKUPS);
    await site.exec('mount', '-t', 'tmpfs', '-o', `${options},mode=700`, 'full', BACKUPS);
    try {
      const view = await site.recoverUnhealthy();
      expect(view.outcome).toBe('degraded');
      expect(names(view)).toEqual(['NotEnoughSpace']);
      expect(detailOf(view, 'NotEnoughSpace')).toContain(said);
      expect(cited(view, 'H.4').map((entry) => entry.status)).toEqual(['skipped']);
      expect(await site.isThere(`${DATA}/temp/old.tmp`)).toBe(true);
      expect(await site.isActive(KINGFISHER)).toBe(true);
      expect(await site.shell(`ls -A ${BACKUPS}`)).toBe('');
      expect(await site.shell(`cd ${DATA}/images && find . -type f -exec sha256sum {} + | sort`)).toBe(before);
    } finally {
      await site.exec('umount', BACKUPS);
    }
  });
});
