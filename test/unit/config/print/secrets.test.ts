import { formatConfig } from '../../../../src/config';
import { maskUrlPasswords } from '../../../../src/config/print/secrets';
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
    expect(printed).toContain('token: "********"');
    expect(printed).toContain('url: postgresql://u:********@h/db?sslpassword=********');
    expect(printed).toContain('url: redis://:********@h:6379/1');
    expect(printed).toContain('KEY: "********"');
  });

  it.each([
    ['http://h:8201/a@b', 'http://h:8201/a@b'],
    ['http://user@h', 'http://user@h'],
    ['amqp://u:p@ss@h', 'amqp://u:********@h'],
    ['two http://a:b@c and redis://:x@y', 'two http://a:********@c and redis://:********@y'],
  ])('masks %s', (text, masked) => {
    expect(maskUrlPasswords(text)).toBe(masked);
  });
});
