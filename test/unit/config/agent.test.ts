import { pipeline } from '../../../src/config/schema/pipeline';
import { configOf, problemsOf } from './support';
import { TOPIC_NAMES } from '../../../src/shared/topics/topics';

interface Parts {
  kingfisher?: string;
  dependencies?: string;
}

/** A file whose agent has these further keys. */
function agentFile({ kingfisher = '', dependencies = '' }: Parts): string {
  const folders = kingfisher.includes('dataDir') ? '' : 'dataDir: /srv/kingfisher,';
  return `agent: {host: h1, kingfisher: {installDir: /opt/kingfisher, ${folders} ${kingfisher}}, dependencies: {${dependencies}}}`;
}

function problem(parts: Parts): string {
  const lines = problemsOf(agentFile(parts));
  expect(lines).toHaveLength(1);
  return lines[0]!.replace('halcyon.yaml: agent.', '');
}

it('has a default for everything but its host and two folders', () => {
  const { agent } = configOf(agentFile({}));
  expect(agent).toEqual({
    host: 'h1',
    allow: ['restart', 'clearFiles', 'changeSettings', 'quarantine', 'repairImages', 'maintain'],
    kingfisher: {
      manager: { type: 'systemd', unit: 'kingfisher.service' },
      baseUrl: 'http://127.0.0.1:8201',
      probes: {
        health: {
          path: '/health',
          timeoutMs: 1_000,
          headers: {},
          token: null,
          tokenFile: null,
          statuses: null,
          field: null,
        },
        ready: {
          path: '/ready',
          timeoutMs: 1_000,
          headers: {},
          token: null,
          tokenFile: null,
          statuses: null,
          field: null,
        },
        metrics: { path: '/metrics', timeoutMs: 5_000, headers: {}, token: null, tokenFile: null },
        statistics: {
          path: '/api/v1/master-summary/statistics',
          timeoutMs: 5_000,
          headers: {},
          token: null,
          tokenFile: null,
        },
        outbox: {
          path: '/api/v1/outbox/stats',
          timeoutMs: 5_000,
          headers: {},
          token: null,
          tokenFile: null,
          pending: ['pending'],
          oldestAge: ['oldest_age_seconds'],
        },
        telegram: {
          path: '/api/v1/telegram/status',
          timeoutMs: 3_000,
          ...{ statuses: null, field: null, headers: {}, token: null, tokenFile: null },
        },
      },
      telegram: {
        apiUrl: 'https://api.telegram.org',
        timeoutMs: 3_000,
        ...{ token: null, tokenFile: null, tokenVariable: 'TELEGRAM_BOT_TOKEN', channel: null },
        reference: 'https://httpbin.org',
        referenceAddress: null,
        refusals: { about: ['telegram', 'getUpdates', 'getFile', 'bot'], notAbout: ['openai'] },
      },
      metrics: {
        pipelineFailures: 'kingfisher_pipeline_failures_total',
        securityViolations: 'kingfisher_security_violations_total',
        analysisDuration: 'kingfisher_analysis_duration_seconds',
        analysisBacklog: 'kingfisher_analysis_backlog',
        databaseConnections: 'db_connections_active',
        databaseConnectionsMax: 'db_connections_max',
        outboxPending: 'kingfisher_outbox_pending',
        imagesDownloaded: 'kingfisher_images_downloaded_total',
      },
      user: 'kingfisher',
      installDir: '/opt/kingfisher',
      dataDir: '/srv/kingfisher',
      imagesDir: '/srv/kingfisher/images',
      quarantineDir: '/srv/kingfisher/quarantine',
      quarantineLimit: 50,
      owner: null,
      permissionsLimit: 10_000,
      permissionsApprovedLimit: 1_000_000,
      logFile: '/var/log/kingfisher/service.log',
      accessLog: '/var/log/kingfisher/access.log',
      clients: [],
      issueToken: null,
      pipeline: pipeline.parse({}),
      tempDirs: [],
      tempElsewhere: [{ folder: '/tmp', prefix: 'kingfisher-' }],
      tempFilesOlderThanMs: 3_600_000,
      tempFilesLimit: 10_000,
      logrotate: null,
      configCheck: null,
    },
    prometheus: null,
    openai: { url: 'https://api.openai.com', path: '/v1/models', timeoutMs: 5_000 },
    dependencies: {},
    backup: null,
    settings: {},
    commands: {
      topics: [...TOPIC_NAMES],
      counts: [{ table: 'kingfisher.liquidation_clusters', column: 'created_at', withinMs: 3_600_000 }],
      metricPrefix: 'kingfisher_',
      keyPrefix: 'kingfisher:',
    },
    // Its own test says the rest.
    maintenance: expect.objectContaining({ images: null, vacuum: null, python: null }),
    stateDir: '/var/lib/halcyon',
    pauseFile: '/run/halcyon/paused',
    diskFull: { availableBytes: 536_870_912, usedPercent: 95 },
  });
});

describe('folders', () => {
  it.each(['/', '/usr', '/var/log', '/etc/', '/proc/1', '/bin/x', 'data', '/srv/../etc', '/srv//a', '//etc', ''])(
    'refuses %j',
    (folder) => {
      expect(problem({ kingfisher: `dataDir: "${folder}"` })).toBe(
        `kingfisher.dataDir: expected an absolute folder without ".." that is not "/" and not a system folder, got ${JSON.stringify(folder)}`,
      );
    },
  );

  it('drops the final slash', () => {
    expect(configOf(agentFile({ kingfisher: 'dataDir: /srv/data/' })).agent!.kingfisher.dataDir).toBe('/srv/data');
  });

  it.each(['/srv/kingfisher', '/srv/kingfisher-other', '/srv/else'])('temporary files cannot be in %s', (folder) => {
    expect(problem({ kingfisher: `tempDirs: [${folder}]` })).toContain('expected a folder below dataDir');
  });

  it('takes temporary folders below dataDir', () => {
    const { agent } = configOf(agentFile({ kingfisher: 'tempDirs: [/srv/kingfisher/images/temp/]' }));
    expect(agent!.kingfisher.tempDirs).toEqual(['/srv/kingfisher/images/temp']);
  });
});

describe('programs', () => {
  it.each(['python, x', './python', '/opt/../bin/python', '/bin/'])('refuses [%s]', (command) => {
    const line = problem({ kingfisher: `configCheck: {command: [${command}], cwd: /opt/kingfisher}` });
    expect(line).toMatch(
      /^kingfisher\.configCheck\.command\[0\]: expected an absolute file path without "\.\.", got "/,
    );
  });

  it.each(['[]', '/bin/true', '""'])('refuses %s', (command) => {
    expect(
      problemsOf(agentFile({ kingfisher: `configCheck: {command: ${command}, cwd: /opt/kingfisher}` }))[0],
    ).toContain('agent.kingfisher.configCheck.command');
  });

  it('takes a program with arguments and gives it a timeout', () => {
    const { agent } = configOf(
      agentFile({ kingfisher: 'configCheck: {command: [/bin/sh, -n, x], cwd: /opt/kingfisher}' }),
    );
    expect(agent!.kingfisher.configCheck).toEqual({
      command: ['/bin/sh', '-n', 'x'],
      cwd: '/opt/kingfisher',
      timeoutMs: 30_000,
    });
  });
});

describe('managers', () => {
  it('refuses an unknown type', () => {
    expect(problem({ kingfisher: 'manager: {type: sysv}' })).toBe(
      'kingfisher.manager.type: expected "systemd" or "process", got "sysv"',
    );
  });

  it('refuses the keys of the other type, and suggests only its own', () => {
    expect(problem({ kingfisher: 'manager: {type: systemd, pidFile: /a/b}' })).toBe(
      'kingfisher.manager.pidFile: unknown key',
    );
    expect(problem({ kingfisher: 'manager: {type: systemd, unti: a.service}' })).toBe(
      'kingfisher.manager.unti: unknown key; did you mean "unit"?',
    );
  });

  it('have no journal under "process": the error says which key, which value, and what to write', () => {
    const manager =
      'manager: {type: process, command: [/usr/bin/python3, a.py], cwd: /opt/kingfisher, logFile: /a/l, pidFile: /a/p}';
    expect(problem({ kingfisher: `${manager}, logFile: journal` })).toBe(
      'kingfisher.logFile: "journal" is only for manager.type "systemd", whose units have one; under "process" write the ' +
        'file that the service logs to (its manager.logFile is /a/l), or "none"',
    );
    expect(configOf(agentFile({ kingfisher: `${manager}, logFile: none` })).agent!.kingfisher.logFile).toBe('none');
    expect(configOf(agentFile({ kingfisher: 'logFile: journal' })).agent!.kingfisher.logFile).toBe('journal');
  });

  it('takes a process', () => {
    const manager =
      'manager: {type: process, command: [/usr/bin/python3, a.py], cwd: /opt/kingfisher, logFile: /a/l, pidFile: /a/p}';
    expect(configOf(agentFile({ kingfisher: manager })).agent!.kingfisher.manager).toEqual({
      type: 'process',
      command: ['/usr/bin/python3', 'a.py'],
      cwd: '/opt/kingfisher',
      logFile: '/a/l',
      pidFile: '/a/p',
      env: {},
    });
  });
});

describe('units', () => {
  it.each(['-rf', 'a b.service', 'x.socket', '../x.service', '*.service', ''])('refuses %j', (unit) => {
    expect(problem({ dependencies: `redis: {unit: "${unit}", url: "redis://h"}` })).toContain(
      'dependencies.redis.unit: expected a systemd service such as "kingfisher.service"',
    );
  });

  it.each([
    ['redis', 'redis.service'],
    ['postgresql@15-main.service', 'postgresql@15-main.service'],
  ])('%s is %s', (written, unit) => {
    const { agent } = configOf(agentFile({ dependencies: `redis: {unit: ${written}, url: "redis://h"}` }));
    expect(agent!.dependencies.redis!.unit).toBe(unit);
  });
});

describe('URLs', () => {
  it.each([
    ['postgres', 'mysql://h/db'],
    ['postgres', 'postgresql:///db'],
    ['redis', 'http://h'],
    ['redis', 'redis://h:port'],
    ['rabbitmq', 'h:5672'],
  ])('%s refuses %s without showing it', (dependency, address) => {
    const line = problem({ dependencies: `${dependency}: {unit: u, url: "${address}"}` });
    expect(line).toMatch(/\.url: expected a URL that starts with \w+:\/\/ or \w+:\/\/, got text$/);
  });
});
