import { labUnavailable } from '../../../lab/lab-host';
import { setFaults } from '../../../lab/stand-ins/trouble';
import { SOON, WorkingHost } from '../../support/sites/working-host';
import { waitFor } from '../../support/wait-for';

const unavailable = labUnavailable();
const whereLabRuns = unavailable === null ? describe : describe.skip;
const BACKEND = '/opt/kingfisher/backend';
/** The lab's `orchestrator.max_workers`. */
const MAX_WORKERS = 8;
const NODE = '/opt/halcyon-node/bin/node';

whereLabRuns(`KingFisher's work on a real host${unavailable === null ? '' : ` (${unavailable})`}`, () => {
  let work: WorkingHost;
  beforeAll(async () => {
    work = await WorkingHost.up('labwork');
  });
  afterEach(async () => await work.asUsual());
  afterAll(async () => await work?.down());

  describe('the outbox', () => {
    test('its events go through RabbitMQ, and wait while it is down', async () => {
      await work.host.systemctl('stop', 'rabbitmq-server');
      await waitFor(async () => (await work.outbox()).pending > 0, { what: 'events that wait', ...SOON });
      await waitFor(async () => (await work.metric('kingfisher_outbox_pending')) > 0, { what: 'the gauge', ...SOON });
      await work.host.systemctl('start', 'rabbitmq-server');
      await work.falls();
      const queues = (await work.host.exec(['rabbitmqctl', '--quiet', 'list_queues', 'name', 'messages'])).stdout;
      expect(Number(/^kingfisher\.analysis\s+(\d+)$/m.exec(queues)?.[1])).toBeGreaterThan(0);
    });

    test('a publisher that is stuck is so until the service starts anew', async () => {
      await setFaults(work.host, { publisherStuck: true, eventsPerSecond: 40 });
      await waitFor(async () => (await work.metric('kingfisher_outbox_pending')) > 100, {
        what: 'the outbox',
        ...SOON,
      });
      await setFaults(work.host, { publisherStuck: true });
      await work.host.systemctl('restart', 'kingfisher');
      await waitFor(async () => (await fetch(`${work.url}/health`).catch(() => null))?.ok, {
        what: 'its start',
        ...SOON,
      });
      await work.falls();
    });

    test('an event for an exchange that is not there holds up all others until it is gone', async () => {
      await work.sql(
        `INSERT INTO kingfisher.outbox (event_type, payload, routing_key, exchange)
         VALUES ('analysis.completed', '{}', 'analysis.completed', 'kingfisher.gone')`,
      );
      await waitFor(async () => (await work.outbox()).oldest_attempts === 5, { what: 'its last attempt', ...SOON });
      expect((await work.outbox()).oldest_error).toContain("no exchange 'kingfisher.gone'");
      await work.rises('events behind it', async () => (await work.outbox()).pending);
      await work.sql("DELETE FROM kingfisher.outbox WHERE exchange = 'kingfisher.gone'");
      await work.falls();
    });
  });

  describe('analyses', () => {
    test('one plugin is broken, and its command says so, until it is mended', async () => {
      const plugin = `${BACKEND}/plugins/win-rate.js`;
      const command = [NODE, `${BACKEND}/King-Scripts/step5_runner.js`, '--symbol', 'BTCUSDT', '--plugin', 'win_rate'];
      const code = (await work.host.exec(['cat', plugin])).stdout;
      expect((await work.host.exec(command)).stdout).toContain('plugin win_rate: BTCUSDT');
      await work.host.exec(['tee', plugin], { input: 'throw new Error("no model file");' });
      await work.rises('failures', () => work.failures('plugin', 'error'));
      expect(await work.host.exec(command, { check: false })).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('no model file'),
      });
      const { plugins } = await work.get<{ plugins: Record<string, { failures: number }> }>(
        '/api/v1/master-summary/statistics',
      );
      expect(plugins).toMatchObject({ win_rate: { failures: expect.any(Number) }, symbol_update: { failures: 0 } });
      await work.host.exec(['tee', plugin], { input: code });
      await work.ends('failures', () => work.failures('plugin', 'error'));
    });

    test('connections that are lost use up the pool until the service starts anew', async () => {
      await setFaults(work.host, { leakConnections: true });
      await waitFor(async () => (await work.metric('db_connections_active')) === 20, {
        what: 'a pool used up',
        ...SOON,
      });
      await work.rises('failures', () => work.failures('database', 'pool_exhausted'));
      expect((await fetch(`${work.url}/api/v1/outbox/stats`)).status).toBe(503);
      await work.host.systemctl('restart', 'kingfisher');
      await waitFor(async () => (await work.analyses()) > 0, { what: 'analyses', ...SOON });
      expect(await work.metric('db_connections_active')).toBeLessThan(20);
    });

    test('slow statements are seen in PostgreSQL', async () => {
      await setFaults(work.host, { slowStatementSeconds: 2 });
      const slow =
        "SELECT count(*) FROM pg_stat_statements WHERE mean_exec_time > 1900 AND query LIKE '%liquidation_clusters%'";
      const asked = ['runuser', '-u', 'postgres', '--', 'psql', '-At', 'zmart_core', '-c', slow];
      await waitFor(async () => (await work.host.exec(asked)).stdout.trim() === '1', {
        what: 'the statement',
        ...SOON,
      });
    });

    test('old temporary files hold them up until they are removed', async () => {
      const temp = '/opt/kingfisher/data/images/temp';
      const slow = async () => await work.slowAnalyses();
      await work.host.exec(['sh', '-c', `cd ${temp} && touch -d '2 days ago' $(seq -f old_%g.jpg 1 60)`]);
      await setFaults(work.host, { diskMsPerTempFile: 100 });
      await work.rises('slow analyses', slow);
      await work.host.exec(['find', temp, '-mtime', '+1', '-delete']);
      await work.ends('slow analyses', slow);
    });

    test('hard work is done by as many workers as the setting says', async () => {
      const threads = async () => {
        const pid = await work.host.property('kingfisher', 'MainPID');
        return Number((await work.host.exec(['ps', '-o', 'nlwp=', '-p', pid])).stdout);
      };
      const idle = await threads();
      await setFaults(work.host, { analysisCpuSeconds: 0.5 });
      await waitFor(async () => (await threads()) >= idle + MAX_WORKERS, { what: 'all workers at work', ...SOON });
      await setFaults(work.host, {});
      await waitFor(async () => (await threads()) <= idle, { what: 'the end of the work', ...SOON });
    });
  });
});
