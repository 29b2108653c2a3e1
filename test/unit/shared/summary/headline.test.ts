import type { SubjectCondition, TimelineEntry } from '../../../../src/shared/timeline';
import type { Finding, IncidentView } from '../../../../src/shared/incident';
import { headline } from '../../../../src/shared/summary/headline';
import { entry, question, view } from '../../workflows/views';

const AT = '2026-11-23T10:00:06.000Z';
/** As the steps say it. */
const conditionBy = (detail: string, status: TimelineEntry['status']): SubjectCondition => {
  if (status === 'done') return 'well';
  return detail.includes('/health 200') ? 'notReady' : 'down';
};
const look = (detail: string, status: TimelineEntry['status'] = 'notSo', at = AT): TimelineEntry => {
  const condition = conditionBy(detail, status);
  return entry({ at, endedAt: at, cite: 'A.diagnosis', title: 'Health', kind: 'look', status, detail, condition });
};
const verify = (detail: string, status: TimelineEntry['status'] = 'notSo', at = '2026-11-23T10:00:40.000Z') =>
  entry({
    at,
    endedAt: at,
    cite: 'A',
    title: 'Verify',
    kind: 'verification',
    status,
    detail,
    condition: conditionBy(detail, status),
  });
const found = (name: string, detail: string): Finding => ({ name, detail, cite: 'A.2', at: AT });
const DOWN = look('/health refused, /ready refused');
const STILL_DOWN = verify('the service does not run, 1 s later: /health refused, /ready refused');
const WELL = verify('healthy since 10:00:31.000, and stayed so', 'done');
const KILLED = { cite: 'A.1', title: 'KingFisher does not run as it should', evidence: 'unit is failed (signal)' };
const FAILED = entry({ status: 'failed', detail: 'kingfisher.service is not running' });

type Case = [sentence: string, of: Partial<IncidentView>];

describe('an open incident in one sentence', () => {
  it.each<Case>([
    [
      'KingFisher down on h1: configuration invalid (PORT); restart failed; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, FAILED, STILL_DOWN],
        cause: KILLED,
        findings: [found('ConfigurationInvalid', 'PORT: Input should be a valid integer')],
      },
    ],
    [
      'KingFisher down on h1: killed (signal); restart did not help; needs you',
      { state: 'waitingForPeople', timeline: [DOWN, entry(), STILL_DOWN], cause: KILLED },
    ],
    [
      'KingFisher down on h1: killed (signal); restart under way; Halcyon is at work on it',
      { state: 'remedying', timeline: [DOWN, entry({ status: 'running', detail: '' })], cause: KILLED },
    ],
    [
      'KingFisher down on h1: killed (signal); restarted, not verified yet; Halcyon is at work on it',
      { state: 'verifying', timeline: [DOWN, entry()], cause: KILLED },
    ],
    [
      'KingFisher well on h1: killed (signal); restarted by Halcyon; watched until Alertmanager agrees',
      { state: 'watching', timeline: [DOWN, entry(), WELL], cause: KILLED },
    ],
    [
      'KingFisher not ready on h1: Redis and PostgreSQL down; restarts of redis, postgres and KingFisher did not help; needs you',
      {
        state: 'waitingForPeople',
        timeline: [
          look('/health 200, /ready 503'),
          entry({ title: 'Restart redis' }),
          entry({ title: 'Restart postgres' }),
          entry(),
          verify('a dependency is missing, 30 s later: /health 200, /ready 503'),
        ],
        findings: [
          found('DependencyDown', 'redis: refused, connection refused'),
          found('DependencyDown', 'postgres: refused, connection refused'),
        ],
      },
    ],
    [
      'KingFisher not ready on h1: PostgreSQL refusing the credentials; Halcyon changed nothing; needs you',
      {
        state: 'waitingForPeople',
        timeline: [look('/health 200, /ready 503')],
        findings: [found('DependencyRefused', 'postgres: denied: password authentication failed')],
      },
    ],
    [
      'KingFisher down on h1: port 8201 held by nginx; restart failed; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, FAILED, STILL_DOWN],
        findings: [found('PortTaken', 'port 8201 is held by pid 77: /usr/sbin/nginx -g daemon off;')],
      },
    ],
    [
      'KingFisher down on h1: kingfisher.service masked; Halcyon changed nothing; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN],
        findings: [found('UnitMasked', 'kingfisher.service is masked: somebody does not want it to run')],
      },
    ],
    [
      'KingFisher down on h1: disk full (/opt/kingfisher/data); restart did not help; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, entry({ cite: 'D.2', title: 'Remove old temporary files' }), entry(), STILL_DOWN],
        findings: [found('DiskFull', '/opt/kingfisher/data: 100 % used, 0 bytes free')],
      },
    ],
    [
      'KingFisher reported down on h1: its agent not answering; Halcyon changed nothing; needs you',
      { state: 'waitingForAgent', findings: [found('AgentUnreachable', 'The agent on h1 does not take work')] },
    ],
    [
      'KingFisher down on h1: cause not known; Halcyon changed nothing; Halcyon is at work on it',
      {
        timeline: [look('/health refused, /ready refused', 'notSo', '2026-11-23T10:09:00.000Z')],
        findings: [found('AgentUnreachable', 'The agent on h1 does not take work')],
      },
    ],
    [
      'KingFisher down on h1: cause not known, its last words: "kingfisher: cannot open /etc/kf.yaml"; restart failed; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, FAILED, STILL_DOWN],
        findings: [
          found(
            'KingfisherStillDown',
            'KingFisher did not become healthy. Its last words: starting ⏎ kingfisher: cannot open /etc/kf.yaml',
          ),
        ],
      },
    ],
    [
      'KingFisher down on h1: killed (signal); would restart KingFisher; needs you',
      {
        mode: 'observe',
        state: 'waitingForPeople',
        timeline: [DOWN, entry({ status: 'skipped', title: 'Would restart KingFisher', detail: 'unit is failed' })],
        cause: KILLED,
      },
    ],
    [
      'KingFisher down on h1: killed (signal); would restart KingFisher, and may not; needs you',
      {
        mode: 'auto',
        state: 'waitingForPeople',
        timeline: [DOWN, entry({ status: 'skipped', title: 'Would restart KingFisher', detail: 'unit is failed' })],
        cause: KILLED,
        findings: [found('ChangeRefused', '3 incidents of this host changed something within 30 m')],
      },
    ],
    [
      'KingFisher down on h1: killed (signal); restart failed; needs your yes or no (full recovery)',
      { state: 'waitingForApproval', timeline: [DOWN, FAILED, STILL_DOWN], cause: KILLED, approvals: [question()] },
    ],
    [
      'KingFisher down on h1: killed (signal); restart failed; full recovery rejected by anna; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, FAILED, STILL_DOWN],
        cause: KILLED,
        approvals: [question({ state: 'rejected', answeredBy: 'anna' })],
      },
    ],
    [
      'KingFisher down on h1: killed (signal); full recovery failed; needs you',
      {
        state: 'waitingForPeople',
        timeline: [
          DOWN,
          entry({ cite: 'H.1', title: 'Stop KingFisher' }),
          entry({ cite: 'H.8', title: 'Start KingFisher', status: 'failed', detail: 'not running' }),
          STILL_DOWN,
        ],
        cause: KILLED,
      },
    ],
    [
      'KingFisher down on h1: killed (signal); restart failed; anna has it',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, FAILED, STILL_DOWN],
        cause: KILLED,
        acknowledged: { as: 'anna', until: AT },
      },
    ],
    [
      'KingFisher well on h1 while its alert fires: a fault of monitoring; Halcyon changed nothing; needs a look at the monitoring',
      {
        state: 'waitingForPeople',
        timeline: [look('/health 200, /ready 200', 'done'), WELL],
        findings: [found('AlertContradicted', 'KingFisher answers on its host while the alert still fires')],
      },
    ],
    [
      'NodeDiskFull on db-7:9100: Disk of db-7 is 95 % full; no runbook for it; needs you',
      {
        runbook: 'unknownAlert',
        alertname: 'NodeDiskFull',
        host: null,
        labels: { instance: 'db-7:9100' },
        summary: 'Disk of db-7 is 95 % full',
        state: 'waitingForPeople',
        findings: [found('UnknownAlert', 'no runbook is mapped to this alert')],
      },
    ],
    [
      'KingFisher down on h1: dying again and again; restart did not help; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN, entry(), STILL_DOWN],
        cause: KILLED,
        findings: [found('CrashLoop', 'died 3 times in 4 m')],
      },
    ],
    [
      'KingFisher down on h1: dependency protecting (redis); Halcyon changed nothing; needs you',
      {
        state: 'waitingForPeople',
        timeline: [DOWN],
        findings: [found('DependencyProtecting', 'redis: MISCONF, the disk is full')],
      },
    ],
  ])('%s', (sentence, of) => {
    expect(headline(view(of))).toBe(sentence);
  });

  it('says nothing of what was found and is no longer so', () => {
    const withdrawn = { ...found('DiskFull', '/data: 100 % used'), withdrawnAt: AT };
    expect(headline(view({ timeline: [DOWN], cause: KILLED, findings: [withdrawn] }))).not.toContain('disk');
  });

  it('begins with the most important of a run that is gone, and asks for nothing that nobody would take', () => {
    const of = view({ state: 'waitingForApproval', timeline: [DOWN], cause: KILLED, approvals: [question()] });
    expect(headline(of, "Halcyon's run was cancelled")).toBe(
      "NOTHING AUTOMATIC works on this (Halcyon's run was cancelled): KingFisher down on h1: killed (signal); Halcyon changed nothing; needs you",
    );
  });

  it('is one line of bounded length whatever an alert says', () => {
    const hostile = view({ runbook: 'unknownAlert', summary: `x\n${'y'.repeat(5_000)}` });
    expect(headline(hostile).length).toBeLessThan(300);
  });
});
