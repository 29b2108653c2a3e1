import type { EndpointState, HealthState } from '../../../shared/observations/probes';
import type { RecentStarts, ServiceState } from '../../../shared/observations/service';
import { formatDuration } from '../../../shared/text/durations';
import type { TopicAnswers } from '../../../shared/topics/answers';
import { formatMoment } from '../../support/moment';
import { table } from '../../support/table';
import { many, section, tell } from './sections';

export function renderService({ state, starts, health }: TopicAnswers['service'], now: string): string[] {
  return [
    ...section('State', 'systemctl status kingfisher', [
      ...tell(state, (value) => stateLines(value, now)),
      ...tell(starts, startLines),
    ]),
    ...section('/health and /ready', 'curl -s …/health | jq .', tell(health, healthLines)),
  ];
}

function stateLines(state: ServiceState, now: string): string[] {
  const { unit, load, active, sub, startedAt, mainPid, restarts, result, exitStatus, jobPending } = state;
  const since =
    startedAt === null ? '' : ` since ${formatMoment(startedAt)} (${formatDuration(ageOf(startedAt, now))} ago)`;
  const ended =
    result === 'success' ? [] : [`ended by ${result}${exitStatus === null ? '' : `, status ${exitStatus}`}`];
  const notes = [
    ...(load === 'loaded' ? [] : [`its unit is ${load}`]),
    mainPid === null ? 'no main process' : `main pid ${mainPid}`,
    ...ended,
    `restarted by its manager ${many(restarts, 'time')}`,
    ...(jobPending ? ['a job of systemd waits for it'] : []),
  ];
  return [`${unit}: ${active} (${sub})${active === 'active' ? since : ''}`, notes.join(', ')];
}

function ageOf(startedAt: string, now: string): number {
  return Math.max(0, Date.parse(now) - Date.parse(startedAt));
}

function startLines({ evidence, startedAt }: RecentStarts): string[] {
  if (evidence !== 'present') return [`starts in the last hour: unknown (${evidence})`];
  const times = startedAt.map((at) => at.slice(11, 19)).join(', ');
  return [`started in the last hour: ${many(startedAt.length, 'time')}${times === '' ? '' : ` (${times})`}`];
}

function healthLines({ health, ready, failingChecks, unchecked }: HealthState): string[] {
  return [
    ...table([endpointRow('/health', health), endpointRow('/ready', ready)]),
    ...failingChecks.map((check) => `fails: ${check}`),
    ...(unchecked.length === 0 ? [] : [`/ready says nothing of ${unchecked.join(', ')}`]),
  ];
}

function endpointRow(name: string, { answer, status, latencyMs, detail }: EndpointState): string[] {
  const said = status === null ? answer : `${status} ${answer}`;
  return [name, said, `${latencyMs} ms`, detail.replaceAll(/\s+/g, ' ')];
}
