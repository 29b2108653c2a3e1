import type { RecordedIncident } from '../shared/record';
import { columns } from './table';
import type { Table } from './table';
import { evidenceOf } from './evidence';

/** The incident itself. What has columns of its own stands in `more` too: that is its view, as it was. */
export const INCIDENTS: Table<RecordedIncident> = {
  name: 'incidents',
  key: ['run_id'],
  columns: {
    ...columns(
      'text',
      'run_id last_run_id workflow_id status runbook alertname host severity mode state outcome summary',
    ),
    ...columns('text', 'started_by start_reason cause_cite cause_title cause_evidence'),
    ...columns('timestamptz', 'started_at starts_at received_at first_action_at healthy_at ended_at changed_at'),
    tier: 'integer',
    more: 'jsonb',
  },
  rows: ({ view, isBare: _isBare, ...run }) => {
    const { timeline, findings: _2, approvals: _3, leases: _4, pages: _5, acknowledgements: _6, ...more } = view;
    const { runbook, alertname, host, severity, mode, state, outcome, tier, startsAt, receivedAt, cause } = view;
    return [
      {
        ...{ run_id: run.runId, last_run_id: run.lastRunId, workflow_id: run.workflowId, status: run.status },
        ...{ runbook, alertname, host, severity, mode, state, outcome, tier, summary: run.summary },
        ...{ started_by: view.startedBy?.who, start_reason: view.startedBy?.reason },
        ...{ cause_cite: cause?.cite, cause_title: cause?.title, cause_evidence: cause?.evidence },
        ...{ started_at: run.startedAt, starts_at: startsAt, received_at: receivedAt, ended_at: run.endedAt },
        ...{ first_action_at: view.measures.firstActionAt, healthy_at: view.measures.healthyAt },
        changed_at: view.changedAt ?? run.startedAt,
        more: { ...more, timelineShown: timeline.length },
      },
    ];
  },
};

/** Whatever belongs to an incident, each row once by its key. */
export const PARTS: Table<RecordedIncident>[] = [
  {
    name: 'steps',
    key: ['id'],
    columns: {
      ...columns('integer', 'id times'),
      ...columns('timestamptz', 'at ended_at last_at'),
      ...columns('text', 'cite title kind status detail why condition'),
      ...columns('jsonb', 'before_value after_value'),
    },
    rows: ({ view }) =>
      view.timeline.map(({ endedAt, lastAt, before, after, ...entry }) => ({
        ...entry,
        ...{ ended_at: endedAt, last_at: lastAt, before_value: before, after_value: after },
      })),
  },
  {
    name: 'findings',
    key: ['n'],
    columns: {
      n: 'integer',
      ...columns('text', 'name detail cite'),
      ...columns('timestamptz', 'at withdrawn_at'),
    },
    rows: ({ view }) => view.findings.map(({ withdrawnAt, ...rest }, n) => ({ n, ...rest, withdrawn_at: withdrawnAt })),
  },
  {
    name: 'approvals',
    key: ['hash', 'asked_at'],
    columns: {
      ...columns('text', 'hash state answered_by note'),
      ...columns('timestamptz', 'asked_at expires_at answered_at'),
      ...columns('jsonb', 'subject roles people'),
    },
    rows: ({ view }) =>
      view.approvals.map(({ askedAt, expiresAt, answeredBy, answeredAt, ...rest }) => ({
        ...rest,
        ...{ asked_at: askedAt, expires_at: expiresAt, answered_by: answeredBy, answered_at: answeredAt },
      })),
  },
  {
    name: 'pages',
    key: ['firing', 'tier', 'team', 'channel'],
    columns: {
      ...columns('integer', 'firing tier'),
      ...columns('text', 'team channel team_name detail'),
      at: 'timestamptz',
      ...columns('boolean', 'delivered collapsed'),
    },
    rows: ({ view }) => (view.pages ?? []).map(({ teamName, ...rest }) => ({ ...rest, team_name: teamName })),
  },
  {
    name: 'acknowledgements',
    key: ['at', 'person'],
    columns: { person: 'text', ...columns('timestamptz', 'at until ended_at') },
    rows: ({ view }) =>
      (view.acknowledgements ?? []).map(({ as, endedAt, ...rest }) => ({ person: as, ended_at: endedAt, ...rest })),
  },
  {
    name: 'leases',
    key: ['setting'],
    columns: {
      ...columns('text', 'setting state reason detail'),
      ...columns('timestamptz', 'until at'),
      ...columns('jsonb', 'value previous'),
      outlives: 'boolean',
    },
    rows: ({ view }) => view.leases.map(({ outlives, ...rest }) => ({ ...rest, outlives: outlives === true })),
  },
  {
    name: 'evidence',
    key: ['step'],
    columns: { step: 'integer', ...columns('text', 'kind place detail'), at: 'timestamptz' },
    rows: ({ view }) => evidenceOf(view),
  },
];
