import { useTempFolder } from '../../host/support/temp-folder';
import { linesOf } from './well-site';
import type { Otherwise } from './well-site';

const folder = useTempFolder();

const failing = (message: string) => async () => await Promise.reject(new Error(message));
const answers = (value: object) => async () => await Promise.resolve(value);
const REFUSED = { answer: 'refused', status: null, latencyMs: 1, detail: 'connect ECONNREFUSED' };
const NOT_HERE = { answer: 'unhealthy', status: 404, latencyMs: 1, detail: '' };
const quiet = { answer: 'ok', source: 'prometheus', series: [], detail: '' };

it('says nothing of a site that has it all', async () => {
  expect(await linesOf(folder.path())).toEqual([]);
});

const MISSING: [string, Otherwise, string[]][] = [
  [
    'a KingFisher that does not answer',
    { activities: { observeHealth: answers({ health: REFUSED, ready: REFUSED }), observeMetrics: failing('no') } },
    [
      'KingFisher at http://127.0.0.1:8201: answers refused (connect ECONNREFUSED); A, B, C, D, E and F go without it; ' +
        'start it, or set agent.kingfisher.baseUrl, and look again: its endpoints were not looked at',
    ],
  ],
  [
    '/health that is not there',
    { activities: { observeHealth: answers({ health: NOT_HERE, ready: { ...NOT_HERE, status: 503 } }) } },
    ["KingFisher's /health: answers 404; A.diagnosis and H.9 go without it; set agent.kingfisher.probes.health"],
  ],
  [
    'a log',
    { kingfisher: { logFile: 'none' } },
    [
      "KingFisher's log: not configured; A.diagnosis, B.diagnosis, B.4, E.1 and F.3 go without it; " +
        'set agent.kingfisher.logFile',
    ],
  ],
  [
    'a log that may not be read',
    { activities: { observeLogTail: failing('cannot read it: EACCES') } },
    [
      "KingFisher's log /var/log/kingfisher/service.log: cannot read it: EACCES; " +
        'A.diagnosis, B.diagnosis, B.4, E.1 and F.3 go without it; set agent.kingfisher.logFile',
    ],
  ],
  [
    'an access log',
    { kingfisher: { accessLog: 'none' } },
    ['the access log: not configured; C.diagnosis, C.1, C.2 and C.3 go without it; set agent.kingfisher.accessLog'],
  ],
  [
    'an access log of another form',
    { activities: { observeAccess: answers({ evidence: 'malformed', detail: 'no line' }) } },
    [
      'the access log /var/log/kingfisher/access.log: it cannot be read (no line); ' +
        'C.diagnosis, C.1, C.2 and C.3 go without it; set agent.kingfisher.accessLog',
    ],
  ],
  [
    'Prometheus',
    { settings: { prometheus: null } },
    [
      'agent.prometheus: not configured; B.diagnosis, C.diagnosis and D.diagnosis go without it; set agent.prometheus.url ' +
        "and match: until then rates are of two readings of /metrics, and not of the alert's window",
    ],
  ],
  [
    'a Prometheus that has nothing of this host',
    { activities: { observeSeries: answers(quiet) } },
    [
      expect.stringContaining(
        'agent.prometheus: it has no series with the labels of agent.prometheus.match; ',
      ) as never,
    ],
  ],
  [
    'a Prometheus that is none',
    { activities: { observeSeries: answers({ ...quiet, source: 'metrics', detail: 'Prometheus: 404, no' }) } },
    [expect.stringContaining('agent.prometheus: answers 404, no; ') as never],
  ],
  [
    'OpenAI',
    { settings: { openai: null } },
    ['agent.openai: not configured; D.4 goes without it; set agent.openai.url'],
  ],
  [
    'an OpenAI that cannot be reached',
    { activities: { observeOpenAi: answers({ place: 'o/v1', looks: [{ ...REFUSED, detail: 'ENETUNREACH' }] }) } },
    ['agent.openai: o/v1 does not answer: ENETUNREACH; D.4 goes without it; set agent.openai.url'],
  ],
  [
    "a token that Telegram doesn't take",
    { activities: { observeTelegramBot: answers({ token: 'rejected', endpoint: NOT_HERE, retryAfterMs: null }) } },
    [
      "the token of KingFisher's bot: Telegram does not take it; E.diagnosis, E.3 and E.4 go without it; " +
        'set agent.kingfisher.telegram.tokenFile, token or tokenVariable',
    ],
  ],
  [
    'the Bot API',
    { activities: { observeTelegramBot: answers({ token: 'unknown', endpoint: REFUSED, retryAfterMs: null }) } },
    [
      "Telegram's Bot API at https://api.telegram.org: answers refused, connect ECONNREFUSED; " +
        'E.diagnosis, E.3 and E.4 go without it; let this host reach it, or set agent.kingfisher.telegram.apiUrl',
    ],
  ],
  [
    'pg_stat_statements',
    { activities: { observeDatabaseLoad: answers({ counted: 'absent' }) } },
    [
      'pg_stat_statements of PostgreSQL: absent; D.3 goes without it; ' +
        'add it to shared_preload_libraries, CREATE EXTENSION, and let the user of the URL read it',
    ],
  ],
  [
    'a PostgreSQL that cannot be asked',
    { activities: { observeDatabaseLoad: failing('password\n refused') } },
    ['agent.dependencies.postgres.url: password refused; D.3 goes without it; set agent.dependencies.postgres.url'],
  ],
  [
    'a clientele',
    { kingfisher: { clients: [] } },
    ['agent.kingfisher.clients: not configured; C.1 and C.2 go without it; name the clients whose requests are wanted'],
  ],
  [
    'an issuer of tokens',
    { kingfisher: { issueToken: null } },
    [
      'agent.kingfisher.issueToken: not configured; C.2 goes without it; ' +
        'set agent.kingfisher.issueToken.command, cwd and user',
    ],
  ],
  [
    'a program',
    { kingfisher: { configCheck: { command: ['/nowhere/check'], timeoutMs: 1 } } },
    [
      expect.stringMatching(
        /^agent\.kingfisher\.configCheck: cannot start \/nowhere\/check: .*ENOENT.*; A\.2 goes/,
      ) as never,
    ],
  ],
  [
    'its own decoder',
    { run: failing('cannot start prlimit') },
    expect.arrayContaining([
      expect.stringMatching(
        /^the decoder of images as \w+: cannot start prlimit; B\.2 goes without it; install Halcyon/,
      ),
    ]) as never,
  ],
];

it.each(MISSING)('%s that is missing is one line', async (_what, otherwise, lines) => {
  expect(await linesOf(folder.path(), otherwise)).toEqual(lines);
});

const SETTINGS = {
  'automation.paused': 'B.priority',
  'openai.max_qps': 'B.1',
  'rate_limit.per_minute': 'C.1',
  'orchestrator.max_workers': 'D.1',
  'orchestrator.fallback_mode': 'D.4',
  blockedAddress: 'C.3',
};

it('names each setting that a page changes and this host has not, or cannot read', async () => {
  const told = (why: string) =>
    Object.entries(SETTINGS).map(
      ([name, place]) => `the setting ${name}: ${why}; ${place} goes without it; set agent.settings.${name}`,
    );
  const unreadable = answers({ evidence: 'absent', place: '/a.json' });
  const read = await linesOf(folder.path(), { activities: { observeSetting: unreadable } });
  expect(read.sort()).toEqual(told('/a.json: absent').sort());
  expect((await linesOf(folder.path(), { settings: { settings: {} } })).sort()).toEqual(told('not configured').sort());
});

it('names each of the stores, and what pages ask of them', async () => {
  const lines = await linesOf(folder.path(), { settings: { dependencies: {} } });
  expect(
    lines.map((line) => /^agent\.dependencies\.(\S+): not configured; (.*) without it/.exec(line)?.slice(1)),
  ).toEqual([
    ['postgres', 'A.2, B.3 and D.3 go'],
    ['redis', 'A.2 goes'],
    ['rabbitmq', 'A.2, F.1 and F.2 go'],
    ['postgres.outbox', 'F.diagnosis and F.3 go'],
    ['redis.rateLimits', 'C.1 and H.5 go'],
    ['rabbitmq.managementUrl', 'A.2 and F.diagnosis go'],
    ['rabbitmq.exchanges', 'F.1 and H.7 go'],
  ]);
});

it('says nothing of what the host does not allow anyway', async () => {
  const none = { owner: null, issueToken: null, logrotate: null, tempDirs: [] };
  const lacks = { backup: null, settings: {} };
  const allowing = await linesOf(folder.path(), { kingfisher: none, settings: lacks });
  expect(allowing).toHaveLength(12);
  expect(await linesOf(folder.path(), { kingfisher: none, settings: { ...lacks, allow: [] } })).toEqual([]);
});
