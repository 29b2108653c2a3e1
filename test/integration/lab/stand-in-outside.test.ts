import { labUnavailable } from '../../../lab/lab-host';
import { reportOutside, setFaults, setOutside } from '../../../lab/stand-ins/trouble';
import { SOON, WorkingHost } from '../../support/sites/working-host';
import { waitFor } from '../../support/wait-for';

const unavailable = labUnavailable();
const whereLabRuns = unavailable === null ? describe : describe.skip;
const NODE = '/opt/halcyon-node/bin/node';

whereLabRuns(`the world outside of KingFisher on a real host${unavailable === null ? '' : ` (${unavailable})`}`, () => {
  let work: WorkingHost;
  beforeAll(async () => {
    work = await WorkingHost.up('laboutside');
  });
  afterEach(async () => await work.asUsual());
  afterAll(async () => await work?.down());

  describe('clients', () => {
    test('one without a token is refused until it is blocked, and the log has its address', async () => {
      await setOutside(work.host, 'clients', [{ from: '203.0.113.9', perSecond: 10 }]);
      await work.rises('violations', () => work.violations('unauthorized'));
      const log = (await work.host.exec(['tail', '-n', '50', '/var/log/kingfisher/access.log'])).stdout;
      expect(log).toMatch(
        /^203\.0\.113\.9 - - \[.+\] "GET \/api\/v1\/analysis HTTP\/1\.1" 401 \d+ "-" "lab-client\/1\.0"$/m,
      );
      const table = 'table inet test { chain in { type filter hook input priority 0; ip saddr 203.0.113.9 drop; }; }';
      await work.host.exec(['nft', '-f', '-'], { input: table });
      await work.ends('violations', () => work.violations('unauthorized'));
      expect((await reportOutside(work.host)).clients['203.0.113.9']?.none).toBeGreaterThan(0);
      await work.host.exec(['nft', 'delete', 'table', 'inet', 'test']);
    });

    test('one by IPv6 with a forged token is forbidden', async () => {
      await setOutside(work.host, 'clients', [{ from: '2001:db8::7', perSecond: 5, token: 'forged' }]);
      await work.rises('violations', () => work.violations('forbidden'));
      expect((await work.host.exec(['tail', '-n', '20', '/var/log/kingfisher/access.log'])).stdout).toContain(
        '2001:db8::7 - -',
      );
    });

    test('one whose token expired is well with a new one', async () => {
      const tokenFile = '/root/dashboard.token';
      await setOutside(work.host, 'clients', [
        { from: '198.51.100.4', perSecond: 5, name: 'dashboard', token: 'expired', tokenFile },
      ]);
      await work.rises('violations', () => work.violations('unauthorized'));
      expect((await work.host.exec(['tail', '-n', '20', '/var/log/kingfisher/access.log'])).stdout).toContain(
        '- dashboard [',
      );
      const issuer = [NODE, '/opt/kingfisher/scripts/gen_jwt.js', '--client', 'dashboard', '--expires', '24'];
      const { stdout } = await work.host.exec(issuer);
      await work.host.exec(['tee', tokenFile], { input: stdout });
      await work.ends('violations', () => work.violations('unauthorized'));
      expect((await reportOutside(work.host)).clients['198.51.100.4']?.['200']).toBeGreaterThan(0);
    });

    test('one that asks too often is limited in Redis until the limit is higher', async () => {
      await work.setting('"requests_per_minute": 120', '"requests_per_minute": 20');
      await setOutside(work.host, 'clients', [{ from: '198.51.100.5', perSecond: 5, name: 'mobile', token: 'valid' }]);
      await work.rises('violations', () => work.violations('rate_limit'));
      const keys = await work.host.exec(['redis-cli', '-n', '1', 'keys', 'ratelimit:*']);
      expect(keys.stdout.split('\n')).toContain('ratelimit:mobile');
      await work.setting('"requests_per_minute": 20', '"requests_per_minute": 1000');
      await work.ends('violations', () => work.violations('rate_limit'));
      await work.setting('"requests_per_minute": 1000', '"requests_per_minute": 120');
    });
  });

  describe('OpenAI', () => {
    test('limits more than its setting allows; the lower setting ends it', async () => {
      await setOutside(work.host, 'openai', { maxQps: 5 });
      await work.rises('failures', () => work.failures('openai_analysis', 'rate_limited'));
      expect((await work.host.exec(['tail', '-n', '20', '/var/log/kingfisher/service.log'])).stdout).toContain(
        'step openai_analysis failed: 429 Too Many Requests: Rate limit reached',
      );
      await work.setting('"max_qps": 8', '"max_qps": 4');
      await work.ends('failures', () => work.failures('openai_analysis', 'rate_limited'));
      await work.setting('"max_qps": 4', '"max_qps": 8');
    });

    test.each([
      ['is overloaded', { down: 'http' }, 'server_error'],
      ['is gone', { down: 'refused' }, 'unreachable'],
      ['has no quota left', { hasQuota: false }, 'insufficient_quota'],
    ] as const)('%s, and is back', async (_, settings, reason) => {
      await setOutside(work.host, 'openai', settings);
      await work.rises('failures', () => work.failures('openai_analysis', reason));
      await setOutside(work.host, 'openai', {});
      await work.ends('failures', () => work.failures('openai_analysis', reason));
    });

    test('is slow, and so are analyses until they are made without it', async () => {
      const slow = async () => await work.slowAnalyses();
      await setOutside(work.host, 'openai', { delayMs: 6_000 });
      await work.rises('slow analyses', slow);
      await work.setting('"fallback_mode": false', '"fallback_mode": true');
      await work.ends('slow analyses', slow);
      await work.setting('"fallback_mode": true', '"fallback_mode": false');
    });
  });

  describe('Telegram', () => {
    interface Status {
      bot: string;
      last_error: string | null;
      images_downloaded: number;
    }
    const status = async () => await work.get<Status>('/api/v1/telegram/status');
    const images = async () => await work.metric('kingfisher_images_downloaded_total');
    const comeAgain = async () => {
      await setOutside(work.host, 'telegram', { imageEverySeconds: 1 });
      await work.rises('images', images);
      expect((await status()).bot).toBe('connected');
    };

    test.each([
      ['limits the bot', { rateLimitedSeconds: 5 }, 'rate_limited', '429 Too Many Requests'],
      ['does not know its token any more', { revoked: true }, 'disconnected', '401 Unauthorized'],
      ['has a webhook for it', { webhookUrl: 'https://example.com/' }, 'disconnected', '409 Conflict'],
      ['is gone', { down: 'refused' }, 'disconnected', 'getUpdates failed'],
    ] as const)('%s, and images come again when that is over', async (_, settings, bot, error) => {
      await setOutside(work.host, 'telegram', settings);
      await waitFor(async () => (await status()).last_error?.includes(error), { what: error, ...SOON });
      expect((await status()).bot).toBe(bot);
      await comeAgain();
    });

    test('cannot be found by its name', async () => {
      const hosts = (await work.host.exec(['cat', '/etc/hosts'])).stdout;
      await work.host.exec(['tee', '/etc/hosts'], { input: hosts.replace(/.*telegram.*\n/, '') });
      // The connection that is there is kept for as long as it is good.
      await setOutside(work.host, 'telegram', { down: 'refused' });
      await setOutside(work.host, 'telegram', {});
      await waitFor(async () => (await status()).last_error?.includes('EAI_AGAIN'), { what: 'no name', ...SOON });
      await work.host.exec(['tee', '/etc/hosts'], { input: hosts });
      await comeAgain();
    });

    test('says "connected" while nobody asks it', async () => {
      await setFaults(work.host, { telegramSilent: true, telegramStatusLies: true });
      await setOutside(work.host, 'telegram', { imageEverySeconds: 1 });
      await work.ends('images', images);
      expect((await status()).bot).toBe('connected');
      await setFaults(work.host, {});
      await comeAgain();
    });

    test('sends what is no image: each fails again until it is taken away', async () => {
      await setOutside(work.host, 'telegram', { imageEverySeconds: 1, corruptImages: true });
      await work.rises('failures', () => work.failures('image_processing', 'corrupt'));
      await setOutside(work.host, 'telegram', { imageEverySeconds: 0 });
      await work.rises('failures', () => work.failures('image_processing', 'corrupt'));
      await work.host.exec(['find', '/opt/kingfisher/data/images', '-name', '*.jpg', '-size', '-21', '-delete']);
      await work.ends('failures', () => work.failures('image_processing', 'corrupt'));
    });

    test('images cannot be kept where the folder is not KingFisher’s', async () => {
      await setOutside(work.host, 'telegram', { imageEverySeconds: 1 });
      const folder = `/opt/kingfisher/data/images/${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}`;
      await work.host.exec(['chmod', '555', folder]);
      await work.rises('failures', () => work.failures('image_download', 'permission'));
      await work.host.exec(['chmod', '750', folder]);
      await work.rises('images', images);
    });
  });
});
