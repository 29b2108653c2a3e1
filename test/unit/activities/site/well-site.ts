import path from 'node:path';
import { createHostActivities } from '../../../../src/activities/host';
import type { HostActivities } from '../../../../src/activities/host';
import { missingOnSite } from '../../../../src/activities/host/site/missing-on-site';
import type { AgentSettings, KingfisherSettings } from '../../../../src/host/agent-settings';
import { runCommand } from '../../../../src/host/programs/commands';
import type { CommandRunner } from '../../../../src/host/programs/commands';
import { listUsers } from '../../../../src/host/programs/users';
import { settingsOf } from '../../../support/scripted/host-settings';

const OK = { answer: 'ok', status: 200, latencyMs: 1, detail: '' };
const SETTING = { format: 'json', file: '/a.json', path: ['a'], apply: 'none' };
const DECODED = '{"begins":0}\n{"index":0,"verdict":"unknown","why":"no file","inode":5,"mtimeMs":1,"size":0}\n';

/** All that the pages ask for answers. */
const WELL = {
  observeHealth: async () => ({ health: OK, ready: OK }),
  observeMetrics: async () => ({ endpoint: OK }),
  observePluginStatistics: async () => ({ endpoint: OK }),
  observeTelegramStatus: async () => ({ endpoint: OK, connected: true, isLimited: false }),
  observeOutbox: async () => ({ last: { endpoint: { evidence: 'present' }, table: { evidence: 'present' } } }),
  observeSeries: async () => ({ answer: 'ok', source: 'prometheus', series: [{ labels: {}, value: 1 }], detail: '' }),
  observeLogTail: async () => ({ evidence: 'present' }),
  observeAccess: async () => ({ evidence: 'present', detail: '' }),
  observeImages: async () => ({ evidence: 'present', why: '' }),
  observeSetting: async () => ({ evidence: 'present', place: '/a.json' }),
  observeDatabaseLoad: async () => ({ counted: 'present' }),
  observeOpenAi: async () => ({ place: 'openai/v1', looks: [{ answer: 'unhealthy', status: 401, detail: '' }] }),
  observeTelegramBot: async () => ({ token: 'valid', endpoint: OK, retryAfterMs: null }),
} as object;

/** What one test has otherwise. */
export interface Otherwise {
  kingfisher?: Partial<KingfisherSettings>;
  settings?: Partial<AgentSettings>;
  activities?: object;
  run?: CommandRunner;
}

/** The lines of a site on which nothing is missing but what is said. */
export async function linesOf(
  folder: string,
  { kingfisher, settings, activities, run = decoding }: Otherwise = {},
): Promise<string[]> {
  const all = { ...(await wellSettings(folder, kingfisher)), ...settings } as AgentSettings;
  const known = { ...WELL, ...activities } as HostActivities;
  return await missingOnSite({ settings: all, activities: known, run });
}

/** As the agent of this site really asks. */
export async function asksFor(
  folder: string,
  kingfisher: Partial<KingfisherSettings>,
  settings: Partial<AgentSettings> = {},
): Promise<HostActivities> {
  return createHostActivities({ ...(await wellSettings(folder, kingfisher)), ...settings });
}

const decoding: CommandRunner = async (command) =>
  command.args.some((one) => one.endsWith('decode-program.js'))
    ? {
        ...{ exitCode: 0, signal: null, timedOut: false, truncated: false },
        stdout: DECODED,
        stderr: '',
        durationMs: 1,
      }
    : await runCommand(command);

async function wellSettings(folder: string, more: Partial<KingfisherSettings> = {}): Promise<AgentSettings> {
  const user = (await listUsers()).find(({ uid }) => uid === process.getuid?.())!.name;
  const program = { command: ['/bin/true'], cwd: folder, user, timeoutMs: 1_000 };
  const store = (url: string) => ({ unit: 'a.service', url });
  const names = ['automation.paused', 'openai.max_qps', 'rate_limit.per_minute'];
  const orchestrator = ['orchestrator.max_workers', 'orchestrator.fallback_mode'];
  const own = settingsOf({ stateDir: path.join(folder, 'state'), kingfisher: { installDir: folder, dataDir: folder } });
  return {
    ...own,
    kingfisher: {
      ...own.kingfisher,
      ...{ user, owner: { user, group: user }, clients: ['mobile'], tempDirs: [path.join(folder, 'temp')] },
      ...{ configCheck: program, issueToken: program, logrotate: { config: '/etc/passwd', rotateAboveBytes: 1 } },
      pipeline: { ...own.kingfisher.pipeline, pluginTest: { ...program, symbol: 'BTCUSDT' } },
      telegram: { ...own.kingfisher.telegram, channel: '@images', referenceAddress: '192.0.2.1:443' },
      ...more,
    },
    prometheus: { url: 'http://p', match: { instance: 'a' }, timeoutMs: 1, headers: {}, token: null, tokenFile: null },
    dependencies: {
      postgres: { ...store('postgres://h/d'), outbox: { table: 'a', quarantine: 'b' } },
      redis: { ...store('redis://h'), rateLimits: { database: 1, prefix: 'ratelimit:' } },
      rabbitmq: { ...store('amqp://h'), managementUrl: 'http://h', exchanges: ['a'] },
    },
    backup: { root: '/var/backups/a' },
    settings: Object.fromEntries([...names, ...orchestrator, 'blockedAddress'].map((name) => [name, SETTING])),
  } as unknown as AgentSettings;
}
