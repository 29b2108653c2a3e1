import { formatConfig } from '../../../../src/config';
import { configOf, problemsOf } from '../support';

const CANARY = 'hunter2';

describe('errors', () => {
  const wrong = [
    `intake: {token: "${CANARY} x"}`,
    `intake: {token: [${CANARY}]}`,
    `temporal: {apiKey: {a: ${CANARY}}}`,
    `temporal: {uiUrl: "ftp://u:${CANARY}@h"}`,
    `temporal: ${CANARY}`,
    `pagers: {slack: {token: "${CANARY} x"}}`,
    `pagers: {pagerduty: {routingKeys: {a: [${CANARY}]}}}`,
    `pagers: {pagerduty: {routingKeys: {a: "${CANARY} x"}}}`,
    `intake: {tokn: ${CANARY}}`,
    `agent: {dependencies: {redis: "redis://:${CANARY}@h"}}`,
    `agent: {dependencies: {redis: {unit: r, url: "http://:${CANARY}@h"}}}`,
    `agent: {dependencies: {rabbitmq: {unit: r, url: "amqp://h", managementUrl: "${CANARY}"}}}`,
    `agent: {kingfisher: {manager: {type: process, env: {A: [${CANARY}]}}}}`,
    `agent: {kingfisher: {baseUrl: "x://u:${CANARY}@h"}}`,
    `agent: {kingfisher: {configCheck: {command: [/bin/a, --password, {a: ${CANARY}}]}}}`,
    `agent: {kingfisher: {configCheck: {command: [/bin/a, '--password=${CANARY}\\0']}}}`,
    `log: {level: "\${LEVEL}"}`,
    `intake: {token: "${CANARY}" "${CANARY}"}`,
    `intake: {token: *${CANARY}}`,
    `intake:\n  token: ${CANARY}\n bad: 1`,
    `intake: {token: "${CANARY}\\q"}`,
    `intake: {token: "${CANARY}`,
    `intake: {token: !${CANARY} x}`,
  ];

  it.each(wrong)('%s', (text) => {
    const lines = problemsOf(text, { LEVEL: CANARY });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toContain(CANARY);
  });
});

describe('the effective configuration', () => {
  it('masks every secret and the passwords of URLs', () => {
    const printed = formatConfig(
      configOf(`
intake: {token: ${CANARY}}
pagers: {slack: {token: ${CANARY}}, pagerduty: {routingKeys: {a: ${CANARY}}}}
temporal: {apiKey: ${CANARY}}
agent:
  host: h1
  kingfisher:
    installDir: /opt/kingfisher
    dataDir: /srv/kingfisher
    manager:
      {type: process, command: [/bin/true], cwd: /opt/kingfisher, logFile: /a/b, pidFile: /a/c, env: {KEY: ${CANARY}}}
  dependencies:
    postgres: {unit: p, url: "postgresql://u:${CANARY}@h/db?sslpassword=${CANARY}"}
    redis: {unit: r, url: "redis://:${CANARY}@h:6379/1"}
    rabbitmq: {unit: q, url: "amqp://u:${CANARY}@h", managementUrl: "http://u:${CANARY}@h"}`),
    );
    expect(printed).not.toContain(CANARY);
    expect(printed).toContain('token: "***"');
    expect(printed).toContain('url: postgresql://u:***@h/db?sslpassword=***');
    expect(printed).toContain('url: redis://:***@h:6379/1');
    expect(printed).toContain('KEY: "***"');
  });

  it.each([
    `[/bin/run, --password, ${CANARY}, -v]`,
    `[/bin/run, --db-token=${CANARY}, -v]`,
    `[/usr/bin/curl, -u, "king:${CANARY}", -v]`,
    `[/usr/bin/mysql, -p${CANARY}, -v]`,
    `[/usr/bin/redis-cli, -a, ${CANARY}, -v]`,
    `[/usr/bin/env, API_KEY=${CANARY}, /bin/run, -v]`,
  ])('masks the secret of the arguments %s', (command) => {
    const configCheck = `configCheck: {command: ${command}, cwd: /opt/kingfisher}`;
    const kingfisher = `{installDir: /opt/kingfisher, dataDir: /srv/kingfisher, ${configCheck}}`;
    const printed = formatConfig(configOf(`agent: {host: h1, kingfisher: ${kingfisher}}`));
    expect(printed).not.toContain(CANARY);
    expect(printed).toContain('- -v');
  });

  it('masks no argument that is no secret', () => {
    const configCheck = 'configCheck: {command: [/bin/run, --max-tokens, "4096", -p, "8201"], cwd: /opt/kingfisher}';
    const kingfisher = `{installDir: /opt/kingfisher, dataDir: /srv/kingfisher, ${configCheck}}`;
    expect(formatConfig(configOf(`agent: {host: h1, kingfisher: ${kingfisher}}`))).not.toContain('***');
  });
});
