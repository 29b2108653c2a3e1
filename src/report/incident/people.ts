import type { IncidentView } from '../../shared/incident';
import { CHANNEL_NAMES } from '../../shared/paging/escalation';
import type { ReportSection } from '../../shared/report/document';
import type { ApprovalState } from '../../shared/safety/approval';
import { leaseChange } from '../../shared/summary/leases';
import { listed } from '../../shared/text/text';
import { moment } from '../moments';

const ANSWERS: Record<ApprovalState, string> = {
  asked: 'not answered yet',
  approved: 'yes',
  rejected: 'no',
  expired: 'nobody answered in time',
  withdrawn: 'no longer asked',
};

/** What was asked of people, and who decided what. */
export function decisionsSection({ approvals, startedBy, timeline }: IncidentView): ReportSection {
  const answered = approvals.filter(({ answeredBy }) => answeredBy !== null).length;
  return {
    title: 'Decisions',
    summary:
      approvals.length === 0
        ? 'Nothing was asked of people.'
        : `${answered} of ${approvals.length} questions answered.`,
    table: {
      head: ['Asked', 'What', 'Of', 'Answer', 'At', 'Note'],
      rows: approvals.map(({ askedAt, subject, roles, state, answeredBy, answeredAt, note }) => [
        moment(askedAt),
        `${subject.title}${subject.cite === '' ? '' : ` (${subject.cite})`}${because(subject.precondition)}`,
        listed(roles, 'or') || 'nobody has a role for it',
        `${ANSWERS[state]}${answeredBy === null ? '' : ` by ${answeredBy}`}`,
        moment(answeredAt),
        note,
      ]),
    },
    lines: [
      ...(startedBy === undefined ? [] : [`${startedBy.who} started it: ${startedBy.reason}`]),
      ...timeline
        .filter(({ kind, title }) => kind === 'note' && / closes this incident$/.test(title))
        .map(({ at, title, detail }) => `${moment(at)}: ${title}: ${detail}`),
    ],
  };
}

function because(precondition: string): string {
  return precondition === '' ? '' : `, because ${precondition}`;
}

export function pagesSection({ pages = [] }: IncidentView): ReportSection {
  const lost = pages.filter(({ delivered }) => !delivered).length;
  const some = pages.length === 1 ? 'One page' : `${pages.length} pages`;
  const summary =
    pages.length === 0 ? 'Nobody was paged.' : `${some}, ${lost === 0 ? 'all delivered' : `${lost} NOT delivered`}.`;
  return {
    title: 'Pages',
    summary,
    table: {
      head: ['At', 'Tier', 'Team', 'By', 'Delivered', 'Detail'],
      rows: pages.map(({ at, tier, teamName, channel, delivered, detail, collapsed }) => [
        moment(at),
        String(tier),
        teamName,
        CHANNEL_NAMES[channel],
        delivered ? 'yes' : 'NO',
        collapsed ? `${detail} (was due earlier)` : detail,
      ]),
    },
  };
}

export function acknowledgementsSection({ acknowledgements = [], pages = [] }: IncidentView): ReportSection {
  const unheard = pages.length === 0 ? 'Nobody had to acknowledge it.' : 'Nobody acknowledged it.';
  const people = [...new Set(acknowledgements.map((one) => one.as))];
  return {
    title: 'Acknowledgements',
    summary: people.length === 0 ? unheard : `${listed(people)} had it.`,
    table: {
      head: ['At', 'Who', 'Held until', 'Lapsed'],
      rows: acknowledgements.map((one) => [moment(one.at), one.as, moment(one.until), moment(one.endedAt)]),
    },
  };
}

/** Null where nothing was leased: most incidents lease nothing. */
export function leasesSection({ leases }: IncidentView): ReportSection | null {
  if (leases.length === 0) return null;
  const active = leases.filter(({ state }) => state === 'active').length;
  return {
    title: 'Leases',
    summary: active === 0 ? 'None is active any more.' : `${active} of ${leases.length} still active.`,
    table: {
      head: ['Setting', 'Why', 'Until', 'State', 'Since', 'Detail'],
      rows: leases.map((lease) => [
        leaseChange(lease),
        lease.reason,
        moment(lease.until),
        lease.state,
        moment(lease.at),
        lease.detail,
      ]),
    },
  };
}
