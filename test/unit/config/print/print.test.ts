import { stringify } from 'yaml';
import { durationText } from '../../../../src/config/print/duration-text';
import { toFileShape } from '../../../../src/config/print/print';
import { parseDuration } from '../../../../src/shared/text/durations';
import { configOf } from '../support';

const FULL = `
intake: {bodyLimit: 1500kB, temporalTimeout: 1500ms, token: abc}
hosts: {timeMs: {instances: [a]}, sizeBytes: {}}
routes: {afterMs: unknownAlert}
runbooks: {serviceDown: {giveUpAfter: 1h30m}}
temporal: {tls: {}}
pagers: {slack: {token: abc}, pagerduty: {routingKeys: {keyMs: abc, b: def}}}
escalation:
  routes:
    - {match: {team: a, alertname: [b, c*]}, tiers: [{after: 90s, notify: onDuty}], urgency: low}
    - {match: {severity: d}, quietUntil: 2026-12-01, reason: new disks}
agent:
  host: timeMs
  kingfisher:
    installDir: /opt/kingfisher
    dataDir: /srv/kingfisher
    logrotate: {config: /etc/logrotate.d/k, rotateAbove: 3MiB}
    configCheck: {command: [/bin/true, "$\${A}"], cwd: /opt/kingfisher}
  diskFull: {available: 1GiB}
`;

it('the file shape uses the names and units of halcyon.yaml', () => {
  const shape = toFileShape(configOf(FULL));
  expect(shape).toMatchObject({
    intake: { bodyLimit: '1500kB', temporalTimeout: '1s500ms' },
    hosts: { timeMs: { instances: ['a'] }, sizeBytes: {} },
    routes: { afterMs: 'unknownAlert' },
    runbooks: { serviceDown: { giveUpAfter: '1h30m', stabilityWindow: '5s' } },
    escalation: {
      tiers: [{ after: '15m' }, { after: '30m' }, { after: '1h' }],
      firstTierAfter: { serviceDown: '10m' },
      lateGrace: '2m',
      routes: [
        { match: { team: ['a'] }, tiers: [{ after: '1m30s' }] },
        { quietUntil: '2026-12-01', reason: 'new disks' },
      ],
    },
    agent: { kingfisher: { logrotate: { rotateAbove: '3MiB' } }, diskFull: { available: '1GiB', usedPercent: 95 } },
  });
});

it('what is printed loads again as the same configuration', () => {
  const before = configOf(FULL.replace('$${A}', 'A'));
  expect(configOf(stringify(toFileShape(before)))).toEqual(before);
});

it.each([
  [0, '0s'],
  [1, '1ms'],
  [1_500, '1s500ms'],
  [60_000, '1m'],
  [5_400_000, '1h30m'],
  [86_400_000 * 7, '7d'],
])('durationText(%d) is %s, and reads back', (ms, text) => {
  expect(durationText(ms)).toBe(text);
  expect(parseDuration(text)).toBe(ms);
});
