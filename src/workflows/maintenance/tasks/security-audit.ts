import { AUDIT_CHECKS, AUDIT_WORDS } from '../../../shared/observations/reviews/audit';
import type { AuditCheck, AuditState } from '../../../shared/observations/reviews/audit';
import type { Task, TaskResult } from '../task';
import { readPart } from './parts';
import type { PartOf } from './parts';
import { counted } from '../../../shared/text/text';

/** As many findings as the task for people names; its lines have more. */
const TOLD = 3;

interface Checked {
  name: string;
  findings: string[];
  dropped: number;
  seen: string;
  unknown: string[];
  notLooked: string[];
}

/** The document says no more than "security audit". Only what was read and has no finding counts as good. */
export const securityAudit: Task = {
  cite: 'G.9',
  title: 'Security audit',
  async work(site) {
    const checks: Checked[] = [];
    for (const check of AUDIT_CHECKS) {
      const title = `Security audit: ${AUDIT_WORDS[check]}`;
      checks.push(checkedOf(check, await readPart(() => site.look(title, (host) => host.observeAudit({ check })))));
    }
    return audited(checks);
  },
};

function checkedOf(check: AuditCheck, part: PartOf<AuditState>): Checked {
  const name = AUDIT_WORDS[check];
  const none = { name, findings: [], dropped: 0, seen: '', unknown: [], notLooked: [] };
  if ('seen' in part) return { name, ...part.seen };
  return 'unknown' in part ? { ...none, unknown: [part.unknown] } : { ...none, notLooked: [part.notConfigured] };
}

function audited(checks: Checked[]): TaskResult {
  const count = checks.reduce((sum, { findings, dropped }) => sum + findings.length + dropped, 0);
  const found = checks.filter(({ findings }) => findings.length > 0);
  const unknown = checks.flatMap((check) => check.unknown.map((why) => `${check.name} (${why})`));
  const notLooked = checks.flatMap((check) => check.notLooked.map((why) => `${check.name} (${why})`));
  const good = checks.filter((check) => outcomeOf(check) === 'good').length;
  const parts = [
    count === 0 ? 'no finding' : `${counted(count, 'finding')}: ${found.map(({ name }) => name).join(', ')}`,
    `${good} of ${checks.length} checks are good`,
    ...(unknown.length === 0 ? [] : [`NOT KNOWN: ${unknown.join('; ')}`]),
    ...(notLooked.length === 0 ? [] : [`not looked: ${notLooked.join('; ')}`]),
  ];
  return {
    state: stateOf(checks, count, good),
    detail: parts.join('; '),
    lines: found.flatMap(linesOf),
    table: {
      head: ['Check', 'Outcome', 'Seen'],
      rows: checks.map((check) => [check.name, outcomeOf(check), toldOf(check)]),
    },
    toDo: toDoOf(checks, count, unknown),
  };
}

/** Nothing that was read at all is a failure; whatever else could not be read is told. */
function stateOf(checks: Checked[], count: number, good: number): TaskResult['state'] {
  if (count === 0 && checks.every((check) => outcomeOf(check) === 'NOT KNOWN')) return 'failed';
  return good === checks.length ? 'nothingToDo' : 'done';
}

function outcomeOf({ findings, dropped, unknown, notLooked }: Checked): string {
  if (findings.length > 0) return counted(findings.length + dropped, 'finding');
  if (unknown.length > 0) return 'NOT KNOWN';
  return notLooked.length > 0 ? 'not looked' : 'good';
}

function toldOf({ seen, unknown, notLooked }: Checked): string {
  return [
    ...(seen === '' ? [] : [seen]),
    ...unknown.map((why) => `not known: ${why}`),
    ...notLooked.map((why) => `not looked: ${why}`),
  ].join('; ');
}

function linesOf({ name, findings, dropped }: Checked): string[] {
  return [
    ...findings.map((finding) => `${name}: ${finding}`),
    ...(dropped > 0 ? [`${name}: and ${dropped} more`] : []),
  ];
}

function toDoOf(checks: Checked[], count: number, unknown: string[]): string | null {
  if (count === 0 && unknown.length === 0) return null;
  const first = checks.flatMap(({ findings }) => findings).slice(0, TOLD);
  const more = count > first.length ? [`and ${count - first.length} more`] : [];
  const look = count === 0 ? [] : [`Correct or accept ${counted(count, 'finding')}: ${[...first, ...more].join('; ')}`];
  const read = unknown.length === 0 ? [] : [`Make readable: ${unknown.join('; ')}`];
  return [...look, ...read].join('. ');
}
