import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createConfigCommand } from '../../../src/cli/config-check';
import { ConfigError, exitOnConfigError, loadConfigOrExit } from '../../../src/config';
import { withFolder } from './support';

/** Runs `config check` on a file of this text. */
function check(text: string, flags: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const written = { stdout: '', stderr: '' };
  const io = {
    stdout: { write: (chunk: string) => (written.stdout += chunk) },
    stderr: { write: (chunk: string) => (written.stderr += chunk) },
    env,
    exitCode: undefined,
  };
  return withFolder((folder) => {
    const path = join(folder, 'halcyon.yaml');
    writeFileSync(path, text);
    createConfigCommand(io).parse(['check', '--config', path, ...flags], { from: 'user' });
    return { ...written, exitCode: io.exitCode as number | undefined, path };
  });
}

/** What it says besides which file it read. */
function warningsOf({ stderr, path }: { stderr: string; path: string }): string {
  return stderr.replace(`reading ${path}\n`, '');
}

describe('config check', () => {
  it('prints the effective configuration, secrets masked, and succeeds', () => {
    const { stdout, stderr, exitCode } = check('intake: {token: "${T}"}', [], { T: 'hunter2' });
    expect(stdout).toContain('token: "***"');
    expect(stdout).toContain('stabilityWindow: 5s');
    expect(stdout).not.toContain('hunter2');
    expect(stderr).toMatch(/^reading .*halcyon\.yaml\nwarning: pagers: no Slack token and no PagerDuty key.*\n$/);
    expect(exitCode).toBeUndefined();
  });

  it('warns of teams that this file cannot reach, and of hours at which nobody is paged', () => {
    const { stderr, exitCode, path } = check('pagers: {pagerduty: {routingKeys: {trading-ai-primary: k1, other: ""}}}');
    expect(stderr.split('\n')).toEqual([
      `reading ${path}`,
      'warning: escalation.teams.tradingAi: Trading AI cannot be reached by Slack (pagers.slack.token is empty)',
      'warning: escalation.teams.platform: Platform cannot be reached by Slack (pagers.slack.token is empty)',
      'warning: escalation.teams.platform: Platform cannot be reached by PagerDuty (no pagers.pagerduty.routingKeys.platform-secondary)',
      'warning: escalation.teams.engineeringManager: Engineering manager cannot be reached by PagerDuty (no pagers.pagerduty.routingKeys.engineering-manager)',
      'warning: escalation.teams.security: Security cannot be reached by Slack (pagers.slack.token is empty)',
      '',
    ]);
    expect(exitCode).toBeUndefined();
    const oneTier =
      'escalation: {tiers: [{after: 15m, notify: onDuty}]}\npagers: {pagerduty: {routingKeys: {trading-ai-primary: k}}}';
    // Tier 1 comes 15 minutes after the start.
    expect(check(oneTier).stderr).toContain('nobody is paged for alerts that start 21:45-07:45 UTC');
  });

  const REACHED = `pagers: {slack: {token: t}, pagerduty: {routingKeys: {trading-ai-primary: a, platform-secondary: b, engineering-manager: c}}}`;

  it.each([
    [
      '{match: {alertname: KingfisherService*}, quietUntil: 2999-01-01, reason: new disks}',
      'escalation.routes: a critical KingfisherServiceDown calls nobody: quiet until 2999-01-01 00:00 UTC: new disks',
    ],
    [
      '{match: {severity: [critical, page]}, notify: none}',
      'escalation.routes: a critical alert that no route names calls nobody: nobody is paged',
    ],
    [
      '{match: {team: a}, quietUntil: 2026-01-01T09:00Z, reason: new disks}',
      'escalation.routes[0].quietUntil: 2026-01-01T09:00Z is over: the route says nothing',
    ],
    [
      '{match: {team: a}, tiers: [{after: 1m, notify: deaf}]}',
      'escalation.routes[0].tiers: nobody is paged for alerts that start 00:00-00:00 UTC: no team of any tier can be reached',
    ],
  ])('warns of the route %s', (route, line) => {
    const teams =
      '{tradingAi: {name: A, slackChannel: "#a"}, platform: {name: B, slackChannel: "#b"}, engineeringManager: {name: C, slackChannel: "#c"}, deaf: {name: D, pagerdutyService: d}}';
    const { stderr, exitCode } = check(`escalation: {teams: ${teams}, routes: [${route}]}\n${REACHED}`);
    expect(stderr.split('\n')).toContain(`warning: ${line}`);
    expect(exitCode).toBeUndefined();
  });

  it('warns of a team on duty that cannot read lines in a channel', () => {
    const teams =
      '{tradingAi: {name: A, slackChannel: "#a"}, platform: {name: B, pagerdutyService: platform-secondary}, engineeringManager: {name: C, slackChannel: "#c"}}';
    expect(warningsOf(check(`escalation: {teams: ${teams}}\n${REACHED}`))).toBe(
      'warning: escalation.teams.platform: has no slackChannel: routes with notify: channelOnly tell nobody 22:00-08:00 UTC\n',
    );
  });

  it('says nothing when everyone can be reached', () => {
    const keys = 'trading-ai-primary: a, platform-secondary: b, engineering-manager: c';
    expect(warningsOf(check(`pagers: {slack: {token: t}, pagerduty: {routingKeys: {${keys}}}}`))).toBe('');
  });

  it('prints the same as JSON', () => {
    const { stdout } = check('intake: {token: abc}', ['--json']);
    expect(JSON.parse(stdout)).toMatchObject({ intake: { token: '***', port: 9095, bodyLimit: '1MiB' } });
  });

  it('prints problems on stderr, one per line, and fails with 2', () => {
    const { stdout, stderr, exitCode, path } = check('intake: {prot: 1}\nzz: 1');
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `reading ${path}\n${path}: intake.prot: unknown key; did you mean "port"?\n${path}: zz: unknown key\n`,
    );
    expect(exitCode).toBe(2);
  });

  it.each(['caFile', 'certFile'])('refuses a temporal.tls.%s that is not there', (key) => {
    const files = { certFile: 'package.json', keyFile: 'package.json', [key]: 'absent.pem' };
    const tls = Object.entries(files).map(([name, file]) => `${name}: ${resolve(file)}`);
    const { stdout, stderr, exitCode, path } = check(`temporal: {tls: {${tls.join(', ')}}}`);
    expect(stdout).toBe('');
    expect(stderr).toBe(`reading ${path}\ntemporal.tls.${key}: ${resolve('absent.pem')}: no such file\n`);
    expect(exitCode).toBe(2);
  });
});

describe('config check --role', () => {
  const AGENT = 'agent: {host: h1, kingfisher: {installDir: /opt/k, dataDir: /opt/k/data}}';

  it('refuses a file without the section of an agent', () => {
    const { stdout, stderr, exitCode, path } = check('hosts: {h1: {}}', ['--role', 'agent']);
    expect(stdout).toBe('');
    expect(stderr.split('\n')[1]).toBe(`${path}: agent: required for --role agent: what it may touch on its host`);
    expect(exitCode).toBe(2);
    expect(check(AGENT, ['--role', 'agent']).exitCode).toBeUndefined();
  });

  it.each(['agent', 'intake'])('wants no secrets of others for %s, and does not warn of pagers', (role) => {
    const text = `pagers: {slack: {token: "\${ABSENT}"}}\nhosts: {h1: {}}\n${AGENT}`;
    const checked = check(text, ['--role', role]);
    expect(checked.exitCode).toBeUndefined();
    expect(warningsOf(checked)).toBe('');
    expect(check(text, ['--role', 'controller']).exitCode).toBe(2);
    expect(check(text).exitCode).toBe(2);
  });

  it('warns an intake of no hosts, and an agent of a host that only it knows', () => {
    expect(check('hosts: {}', ['--role', 'intake']).stderr).toContain(
      'warning: hosts: none: every alert starts unknownAlert',
    );
    const line = 'warning: agent.host: "h1" is not under hosts: (h2): no incident reaches this agent';
    expect(check(`hosts: {h2: {}}\n${AGENT}`).stderr).toContain(line);
    expect(check(`hosts: {h2: {}}\n${AGENT}`, ['--role', 'agent']).stderr).toContain(line);
    expect(check(`hosts: {h2: {}}\n${AGENT}`, ['--role', 'intake']).stderr).not.toContain('agent.host');
  });
});

it('says which file it read, here the one of the folder', () => {
  const io = { stdout: { write: () => true }, stderr: { write: jest.fn() }, env: {} };
  const here = process.cwd();
  withFolder((folder) => {
    try {
      process.chdir(folder);
      writeFileSync('halcyon.yaml', 'hosts: {h1: {}}');
      createConfigCommand(io).parse(['check'], { from: 'user' });
      expect(io.stderr.write.mock.calls[0]).toEqual([`reading ${join(process.cwd(), 'halcyon.yaml')}\n`]);
    } finally {
      process.chdir(here);
    }
  });
});

it('does not take the example in a checkout for the configuration', () => {
  expect(existsSync(resolve(__dirname, '../../../halcyon.yaml'))).toBe(false);
});

describe('entry points', () => {
  function fakeProcess() {
    const seen = { stderr: '', code: -1 };
    const exit = (code: number): never => {
      seen.code = code;
      throw new Error('exited');
    };
    return { seen, stderr: { write: (chunk: string) => (seen.stderr += chunk) }, exit };
  }

  it('print the problems and leave with 2', () => {
    const io = fakeProcess();
    expect(() => loadConfigOrExit({ path: '/nowhere/halcyon.yaml', env: {} }, io)).toThrow('exited');
    expect(io.seen).toEqual({ stderr: '/nowhere/halcyon.yaml: no such file\n', code: 2 });
  });

  it('print every line of a ConfigError', () => {
    const io = fakeProcess();
    expect(() => exitOnConfigError(new ConfigError(['a', 'b']), io)).toThrow('exited');
    expect(io.seen.stderr).toBe('a\nb\n');
  });

  it('do not hide an error that is not about the configuration', () => {
    const io = fakeProcess();
    expect(() => exitOnConfigError(new TypeError('bug'), io)).toThrow('bug');
    expect(io.seen.code).toBe(-1);
  });
});
