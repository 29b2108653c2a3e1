import { RUNBOOKS } from '../../shared/runbooks';
import { ScenarioError } from '../script/scenario';
import { analysisLatency } from './analysis-latency';
import type { KnownCause, PageScenarios } from './cause';
import { imageProcessingStalled } from './image-processing-stalled';
import { outboxStuck } from './outbox-stuck';
import { pipelineFailures } from './pipeline-failures';
import { securityViolations } from './security-violations';
import { serviceDown } from './service-down';

const PAGES: readonly PageScenarios[] = [
  serviceDown,
  pipelineFailures,
  securityViolations,
  analysisLatency,
  imageProcessingStalled,
  outboxStuck,
];

/** Every cause that can be simulated, in the order of the document. */
export const KNOWN_CAUSES: readonly KnownCause[] = PAGES.flatMap(({ runbook, severity, causes }) =>
  causes.map((cause) => {
    const isOnlyOne = causes.filter(({ cite }) => cite === cause.cite).length === 1;
    return { ...cause, runbook, severity, id: isOnlyOne ? cause.cite : longId(cause) };
  }),
);

/**
 * The cause of this citation, `B.3`; with its name where the citation has several, `B.1/quota`.
 *
 * Throws `ScenarioError` that lists what there is.
 */
export function causeNamed(text: string): KnownCause {
  const wanted = text.toLowerCase();
  const one = KNOWN_CAUSES.find((cause) => [cause.id, longId(cause)].some((id) => id.toLowerCase() === wanted));
  if (one !== undefined) return one;
  const cited = KNOWN_CAUSES.filter(({ cite }) => cite.toLowerCase() === wanted);
  if (cited.length > 0) {
    throw new ScenarioError(`--cause: ${cited[0]!.cite} has several causes, name one of them:\n${listOf(cited)}`);
  }
  const near = KNOWN_CAUSES.filter(({ cite }) => cite[0]!.toLowerCase() === wanted[0]);
  const where = near.length > 0 ? `on page ${near[0]!.cite[0]} there are` : 'there are';
  throw new ScenarioError(
    `--cause: no cause is called "${text}"; ${where}:\n${listOf(near.length > 0 ? near : KNOWN_CAUSES)}`,
  );
}

/** All of them for people, page by page. */
export function listCauses(): string {
  return PAGES.map(({ runbook }) => {
    const { page, title } = RUNBOOKS[runbook];
    return `${page}. ${title}\n${listOf(KNOWN_CAUSES.filter((cause) => cause.runbook === runbook))}`;
  }).join('\n\n');
}

const ID_WIDTH = Math.max(...KNOWN_CAUSES.map(({ id }) => id.length));

function listOf(causes: readonly KnownCause[]): string {
  return causes.map(({ id, title }) => `  ${id.padEnd(ID_WIDTH)}  ${title}`).join('\n');
}

function longId({ cite, name }: Pick<KnownCause, 'cite' | 'name'>): string {
  return `${cite}/${name}`;
}
