import { closedByHand } from '../../support/incidents';
import { BACKUPS, DATA, KINGFISHER, REDIS, RecoverySite, cited, expectHealed } from '../../support/sites/recovery-site';

const IMAGES = 20_000;
const MILLION = 1_000_000;
/** What a command of ours may take of Redis' single thread. */
const BLOCKED_MS = 10;

let site: RecoverySite;

beforeAll(async () => {
  site = await RecoverySite.up('recfi');
});
afterAll(async () => {
  await site?.down();
});
beforeEach(() => site.lab.restore());

describe('permissions', () => {
  it('gives a KingFisher that cannot write its data its folders back', async () => {
    await site.shell(`
      systemctl stop ${KINGFISHER}
      chown -R root:root ${DATA}
      find ${DATA} -type d -exec chmod 0500 {} +
      find ${DATA} -type f -exec chmod 0777 {} +
      install -m 0640 /dev/null /opt/kingfisher/backend/not-data`);
    expectHealed(await site.recoverUnhealthy());
    // KingFisher itself writes its state anew, and then it is as KingFisher makes it.
    const wrong = `'(' -type d ! -perm 0755 -o -type f ! -perm 0644 -o ! -user kingfisher ')' ! -name state.json`;
    expect(await site.shell(`find ${DATA} ${wrong} -print`)).toBe('');
    expect(await site.mode('/opt/kingfisher/backend/not-data')).toBe('640 root');
  });
});

describe('traps', () => {
  const PRECIOUS = '/srv/precious';
  const look = () =>
    site.shell(
      `find ${PRECIOUS} /etc/passwd /etc/shadow -printf '%p %m %u:%g %s %T@ %C@\\n' -exec cat {} ';' 2>&1 | sort`,
    );

  it('in every place where a recovery writes or removes: nothing elsewhere is touched', async () => {
    await site.shell(`
      mkdir -p ${PRECIOUS}/in ${DATA}/temp/mounted /tmp/kingfisher-mounted
      echo precious | tee ${PRECIOUS}/in/old.tmp ${PRECIOUS}/kingfisher-old >/dev/null
      chown -R kingfisher ${PRECIOUS}
      chmod -R 0700 ${PRECIOUS}
      touch -d '3 days ago' ${PRECIOUS}/in/old.tmp ${PRECIOUS}/kingfisher-old ${PRECIOUS}/in ${PRECIOUS}
      for place in ${DATA} ${DATA}/images ${DATA}/temp ${site.today}; do
        ln -sfn /etc/passwd $place/to-passwd
        ln -sfn ${PRECIOUS} $place/to-precious
      done
      ln -sfn ${PRECIOUS} /tmp/kingfisher-link
      chown -h kingfisher /tmp/kingfisher-link ${DATA}/temp/to-precious
      touch -h -d '3 days ago' /tmp/kingfisher-link ${DATA}/temp/to-*
      mount --bind ${PRECIOUS} ${DATA}/temp/mounted
      mount --bind ${PRECIOUS} /tmp/kingfisher-mounted`);
    try {
      const before = await look();
      const view = await site.recoverUnhealthy();
      expectHealed(view);
      expect(await look()).toBe(before);
      // The links themselves are temporary files; those among the images stay.
      expect(await site.isThere('/tmp/kingfisher-link')).toBe(false);
      expect(await site.isThere(`${site.today}/to-passwd`)).toBe(true);
      expect(await site.shell(`find ${BACKUPS} -type l`)).toBe('');
    } finally {
      await site.shell(`
        umount ${DATA}/temp/mounted /tmp/kingfisher-mounted
        rm -rf ${DATA}/temp/mounted /tmp/kingfisher-* ${PRECIOUS}
        find ${DATA} -type l -delete`);
    }
  });
});

describe('20,000 images', () => {
  it('are backed up one and all while KingFisher runs, and stay as they are', async () => {
    await site.shell(`
      mkdir -p ${site.today}/many
      cd ${site.today}/many
      seq ${IMAGES} | split --lines=1 --numeric-suffixes --suffix-length=5 --additional-suffix=.jpg - image_
      chown -R kingfisher:kingfisher ${site.today}/many`);
    // KingFisher goes on making images beside these.
    const look = () => site.shell(`cd ${site.today}/many && find . -type f -printf '%p %s %T@\\n' | sort | sha256sum`);
    const before = await look();
    const handle = await site.start({ onlyUnhealthy: true });
    try {
      const view = await closedByHand(handle);
      expectHealed(view);
      const { runId } = await handle.describe();
      const verified = await site.verifyBackup(runId);
      expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
      const copied = await site.shell(`find ${BACKUPS}/${runId}/files -name 'image_*.jpg' | wc -l`);
      expect(Number(copied)).toBe(IMAGES);
      expect(await look()).toBe(before);
      // It is stopped only when the backup is made.
      expect(cited(view, 'H.1')[0]!.at >= cited(view, 'H.2')[0]!.endedAt!).toBe(true);
    } finally {
      await site.exec('rm', '-rf', `${site.today}/many`);
    }
  });
});

describe('a million keys of others in Redis', () => {
  const RATE_LIMITS = 1_200;

  afterAll(async () => {
    await site.redis(0, 'flushall');
    await site.redis(0, 'config', 'set', 'slowlog-log-slower-than', '10000');
  });

  it('are untouched, and walked over in bites that do not hold Redis up for 10 ms', async () => {
    await populate(1, MILLION, 'idempotency:');
    await populate(0, 1_000, 'ratelimit:');
    await populate(1, RATE_LIMITS, 'ratelimit:');
    await site.redis(0, 'config', 'set', 'slowlog-log-slower-than', String(BLOCKED_MS * 1_000));
    await site.redis(0, 'config', 'set', 'slowlog-max-len', '10000');
    await site.redis(0, 'slowlog', 'reset');
    await site.redis(0, 'config', 'resetstat');
    expectHealed(await site.recoverUnhealthy());
    expect(await site.redis(1, 'dbsize')).toBe(String(MILLION));
    expect(await site.redis(0, 'dbsize')).toBe('1000');
    const stats = await site.redis(0, 'info', 'commandstats');
    expect(stats).toMatch(/cmdstat_unlink:calls=\d/);
    expect(stats).not.toMatch(/cmdstat_(flush|keys|del:)/);
    // Small bites: Redis' own clock around each command. Other work of this machine can take the processor from Redis in
    // the middle of one and make it look longer; what is too large to bite off is long each time.
    const [, calls = '0', usecPerCall = 'none'] =
      /cmdstat_scan:calls=(\d+),usec=\d+,usec_per_call=([\d.]+)/.exec(stats) ?? [];
    expect(Number(calls)).toBeGreaterThanOrEqual(MILLION / 2_000);
    expect(Number(usecPerCall)).toBeLessThan(BLOCKED_MS * 1_000);
    expect(Number(await site.redis(0, 'slowlog', 'len'))).toBeLessThan(Number(calls) / 50);
  });

  it('survive a restart of Redis in a whole recovery', async () => {
    const before = await site.redis(1, 'dbsize');
    await site.lab.host.systemctl('stop', REDIS);
    expectHealed(await site.recoverUnhealthy());
    expect(await site.redis(1, 'dbsize')).toBe(before);
  });

  /** By Redis itself, a batch at a time. */
  async function populate(database: number, count: number, prefix: string): Promise<void> {
    const batch = 'for i = ARGV[2], ARGV[3] do redis.call("set", ARGV[1] .. i, 1) end';
    await site.shell(`
      for from in $(seq 1 50000 ${count}); do
        to=$((from + 49999)); ((to > ${count})) && to=${count}
        redis-cli -n ${database} eval '${batch}' 0 ${prefix} $from $to >/dev/null
      done`);
  }
});
