import { parseConfig } from '../../../../src/config/load/load';
import { RUNBOOK_NAMES } from '../../../../src/shared/runbooks';
import { configOf, linesOf, problemsOf } from '../support';

const MINIMAL = 'log: {}';

describe('defaults', () => {
  it('fills in everything that is not written', () => {
    expect(configOf(MINIMAL)).toMatchObject({
      temporal: { address: '127.0.0.1:7233', namespace: 'default', apiKey: null, tls: null, uiUrl: null },
      intake: { host: '127.0.0.1', port: 9095, token: null, bodyLimitBytes: 1_048_576, temporalTimeoutMs: 4_000 },
      hosts: {},
      routes: { KingfisherServiceDown: 'serviceDown' },
      runbooks: {
        serviceDown: {
          stabilityWindowMs: 5_000,
          healthyWithinMs: 30_000,
          dependencyReadyWithinMs: 60_000,
          agentWithinMs: 6_000,
          giveUpAfterMs: 600_000,
          tempFilesOlderThanMs: 86_400_000,
        },
      },
      agent: null,
      log: { level: 'info' },
    });
  });

  it('keeps the other defaults of a section that is written in part', () => {
    const { runbooks, intake } = configOf('runbooks: {serviceDown: {stabilityWindow: 1s}}\nintake: {port: 1}');
    expect(runbooks.serviceDown).toMatchObject({ stabilityWindowMs: 1_000, healthyWithinMs: 30_000 });
    expect(intake).toMatchObject({ host: '127.0.0.1', port: 1 });
  });

  it('does not share a default between two configurations', () => {
    const first = configOf(MINIMAL);
    first.hosts.h1 = { instances: [], services: [] };
    first.routes.Other = 'serviceDown';
    expect(configOf(MINIMAL)).toMatchObject({ hosts: {}, routes: { KingfisherServiceDown: 'serviceDown' } });
    expect(configOf(MINIMAL).routes).not.toHaveProperty('Other');
    expect(configOf(MINIMAL).hosts).toEqual({});
  });
});

describe('one line per problem', () => {
  const cases: [string, string][] = [
    ['intake: {prot: 1}', 'halcyon.yaml: intake.prot: unknown key; did you mean "port"?'],
    ['intaek: {}', 'halcyon.yaml: intaek: unknown key; did you mean "intake"?'],
    ['wholly_other: {}', 'halcyon.yaml: wholly_other: unknown key'],
    ['intake: {port: "9095"}', 'halcyon.yaml: intake.port: expected a whole number from 0 to 65535, got "9095"'],
    ['intake: {port: 70000}', 'halcyon.yaml: intake.port: expected a whole number from 0 to 65535, got 70000'],
    ['intake: {port: 1.5}', 'halcyon.yaml: intake.port: expected a whole number from 0 to 65535, got 1.5'],
    ['intake: [1]', 'halcyon.yaml: intake: expected a mapping of keys, got a list'],
    ['intake:', 'halcyon.yaml: intake: expected a mapping of keys, got nothing'],
    ['intake: {bodyLimit: 1}', 'halcyon.yaml: intake.bodyLimit: expected a size such as "1MiB", got 1'],
    [
      'intake: {bodyLimit: 1GiB}',
      'halcyon.yaml: intake.bodyLimit: expected a size such as "1MiB" from 1KiB to 64MiB, got "1GiB"',
    ],
    [
      'intake: {host: 0.0.0.0}',
      'halcyon.yaml: intake.host: without intake.token only loopback is possible: set a token, or listen on 127.0.0.1',
    ],
    [
      'temporal: {address: localhost}',
      'halcyon.yaml: temporal.address: expected host:port such as "127.0.0.1:7233", got "localhost"',
    ],
    ['temporal: {tls: {certFile: /a}}', 'halcyon.yaml: temporal.tls.keyFile: certFile and keyFile go together'],
    [
      'routes: {X: serviceDwn}',
      `halcyon.yaml: routes.X: expected a known runbook (${RUNBOOK_NAMES.join(', ')}), got "serviceDwn"`,
    ],
    [
      'hosts: {"a b": {}}',
      'halcyon.yaml: hosts["a b"]: expected a host name of letters, digits, ".", "_" and "-", at most 63, got "a b"',
    ],
    [
      'hosts: {h1: {instances: [a]}, h2: {instances: [b, a]}}',
      'halcyon.yaml: hosts.h2.instances[1]: already listed under host "h1"',
    ],
    [
      'runbooks: {serviceDown: {healthyWithin: 5s}}',
      'halcyon.yaml: runbooks.serviceDown.stabilityWindow: must be shorter than healthyWithin',
    ],
    [
      'log: {level: loud}',
      'halcyon.yaml: log.level: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
    ],
  ];

  it.each(cases)('%s', (text, line) => {
    expect(problemsOf(text)).toEqual([line]);
  });

  it('reports all problems of all sections at once', () => {
    const text = `
intake: {prot: 1, host: 0.0.0.0, bodyLimit: 1}
hosts: {h1: {instances: [a], servces: []}, h2: {instances: [a]}}
runbooks: {serviceDown: {stabilityWindow: 60s, agentWithin: soon}}
escalation: {tiers: [{after: 30x, notify: nobody}]}
temporal: {apiKey: "\${MISSING}"}
zz: 1`;
    expect(problemsOf(text).map((line) => line.split(': ')[1])).toEqual([
      'temporal.apiKey',
      'intake.bodyLimit',
      'intake.prot',
      'intake.host',
      'hosts.h1.servces',
      'hosts.h2.instances[0]',
      'runbooks.serviceDown.agentWithin',
      'runbooks.serviceDown.stabilityWindow',
      'escalation.tiers[0].after',
      'escalation.tiers[0].notify',
      'zz',
    ]);
  });

  it('cuts long values and keeps control characters out of the line', () => {
    const [line] = problemsOf(`log: {level: "${'x'.repeat(500)}"}`);
    expect(line!.length).toBeLessThan(200);
    expect(problemsOf('log: {level: "a\\nb"}')[0]).not.toContain('\n');
  });
});

describe('loopback', () => {
  it.each(['127.0.0.1', '127.9.9.9', 'localhost', '::1'])('%s needs no token', (host) => {
    expect(configOf(`intake: {host: "${host}"}`).intake.host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '127.0.0.1.example', '10.0.0.1'])('%s needs one', (host) => {
    expect(problemsOf(`intake: {host: "${host}"}`)).toHaveLength(1);
    expect(configOf(`intake: {host: "${host}", token: abc}`).intake.token).toBe('abc');
  });

  it('an empty token is none', () => {
    expect(problemsOf('intake: {host: 0.0.0.0, token: "${T:-}"}')[0]).toContain('without intake.token');
  });
});

describe('the environment', () => {
  it('a reference can give a number', () => {
    expect(configOf('intake: {port: "${PORT}"}', { PORT: '8080' }).intake.port).toBe(8080);
    expect(configOf('intake: {port: "${PORT:-81}"}').intake.port).toBe(81);
  });

  it('a text that looks like a number stays text where text is wanted', () => {
    expect(configOf('intake: {token: "${T}", port: "${P}"}', { T: '12345', P: '1' }).intake.token).toBe('12345');
  });

  it('a number out of bounds from the environment is reported without its value', () => {
    expect(problemsOf('intake: {port: "${PORT}"}', { PORT: '99999' })).toEqual([
      'halcyon.yaml: intake.port: expected a whole number from 0 to 65535, got the value of "${PORT}"',
    ]);
  });

  it('text of the environment cannot become YAML', () => {
    const env = { T: 'x"\nport: 1\n#' };
    expect(problemsOf('intake:\n  token: ${T}', env)).toEqual([
      'halcyon.yaml: intake.token: expected text of printable characters without spaces, got text',
    ]);
  });

  it('a missing secret is one line, and nothing else that follows from it', () => {
    expect(problemsOf('intake: {host: 0.0.0.0, token: "${HALCYON_INTAKE_TOKEN}"}')).toEqual([
      'halcyon.yaml: intake.token: environment variable HALCYON_INTAKE_TOKEN is not set',
    ]);
  });

  it('TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE override the file', () => {
    const env = { TEMPORAL_ADDRESS: 't.example:7233', TEMPORAL_NAMESPACE: 'n' };
    const { temporal } = configOf('temporal: {address: "${NOT_SET}", namespace: other}', env);
    expect(temporal).toMatchObject({ address: 't.example:7233', namespace: 'n' });
    expect(configOf(MINIMAL, env).temporal.namespace).toBe('n');
    expect(configOf(MINIMAL, { TEMPORAL_NAMESPACE: '' }).temporal.namespace).toBe('default');
  });

  it('a wrong override is reported by the name of the variable', () => {
    expect(problemsOf(MINIMAL, { TEMPORAL_ADDRESS: 'nowhere' })).toEqual([
      'TEMPORAL_ADDRESS: expected host:port such as "127.0.0.1:7233", got "nowhere"',
    ]);
  });
});

describe('a section that this process does not use', () => {
  const text = 'intake: {token: "${NOT_HERE}", port: 1}\nlog: {level: debug}';
  const file = { label: 'halcyon.yaml', text };

  it('may name a variable that only another process has', () => {
    expect(parseConfig(file, {}, ['intake'])).toMatchObject({
      intake: { port: 9095, token: null },
      log: { level: 'debug' },
    });
    expect(parseConfig(file, { NOT_HERE: 'x' }, ['intake']).intake).toMatchObject({ port: 1, token: 'x' });
  });

  it('hides nothing of the others', () => {
    expect(linesOf(() => parseConfig(file, {}, ['pagers']))).toEqual([
      'halcyon.yaml: intake.token: environment variable NOT_HERE is not set',
    ]);
    const wrong = { label: 'halcyon.yaml', text: 'intake: {prot: 1}' };
    expect(linesOf(() => parseConfig(wrong, {}, ['intake']))).toHaveLength(1);
  });
});
