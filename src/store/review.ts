import type { Pool } from 'pg';
import type { StepUse } from '../shared/report/review';

/** Incidents that began within a span, of a host and of no host that could be told. */
export interface ReviewSpan {
  host: string;
  since: string;
  until: string;
}

/** What the record says of how runbooks were followed, by the name of the runbook. */
export interface FollowedRunbooks {
  steps: (StepUse & { runbook: string })[];
  /** Changes that were left out, and questions without a yes; `what` says which and why. */
  deviations: { runbook: string; what: string; times: number }[];
}

/** Titles may name what they are about: more than this are of no use to anybody. */
const STEPS = 500;
const DEVIATIONS = 200;
const WORDS = 200;

const RUNS = `halcyon.incidents i WHERE i.started_at >= $1 AND i.started_at < $2 AND (i.host = $3 OR i.host IS NULL)`;

const STEP_USE = `
  SELECT i.runbook, s.cite, s.title, count(DISTINCT s.run_id)::integer AS runs,
    (count(DISTINCT s.run_id) FILTER (WHERE s.status = 'failed'))::integer AS failed,
    left(coalesce((array_agg(s.detail ORDER BY s.at DESC) FILTER (WHERE s.status = 'failed'))[1], ''), ${WORDS})
      AS "lastFailure"
  FROM halcyon.steps s JOIN (SELECT run_id, runbook FROM ${RUNS}) i USING (run_id)
  WHERE s.cite <> '' AND s.kind <> 'note' AND s.status NOT IN ('skipped', 'note')
  GROUP BY i.runbook, s.cite, s.title ORDER BY i.runbook, s.cite, s.title LIMIT ${STEPS}`;

/** What a page that may only observe leaves out is as it should be. */
const LEFT_OUT = `
  SELECT i.runbook, left(s.cite || ' ' || s.title || ' left out: ' || s.detail, ${WORDS}) AS what, count(*)::integer AS times
  FROM halcyon.steps s JOIN (SELECT run_id, runbook, mode, outcome FROM ${RUNS}) i USING (run_id)
  WHERE s.kind = 'change' AND s.status = 'skipped' AND i.mode IS DISTINCT FROM 'observe'
    AND i.outcome IS DISTINCT FROM 'planned'
  GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT ${DEVIATIONS}`;

const NO_YES = `
  SELECT i.runbook, left((a.subject ->> 'title') || ': ' || a.state, ${WORDS}) AS what, count(*)::integer AS times
  FROM halcyon.approvals a JOIN (SELECT run_id, runbook FROM ${RUNS}) i USING (run_id)
  WHERE a.state IN ('rejected', 'expired') GROUP BY 1, 2 ORDER BY 3 DESC, 2 LIMIT ${DEVIATIONS}`;

/** How the steps of all runbooks went within a span. */
export async function followedRunbooks(pool: Pool, { since, until, host }: ReviewSpan): Promise<FollowedRunbooks> {
  const rows = async <T extends object>(sql: string) => (await pool.query<T>(sql, [since, until, host])).rows;
  const steps = await rows<FollowedRunbooks['steps'][number]>(STEP_USE);
  const leftOut = await rows<FollowedRunbooks['deviations'][number]>(LEFT_OUT);
  const refused = await rows<FollowedRunbooks['deviations'][number]>(NO_YES);
  return { steps, deviations: [...leftOut, ...refused] };
}
