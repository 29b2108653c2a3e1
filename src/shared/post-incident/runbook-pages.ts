import type { RunbookName } from '../runbooks';

interface RunbookPage {
  file: string;
  /** Anchors of its headings, by their lines of the document. */
  anchors: Record<string, string>;
}

/** Where the page of a runbook stands among the documents; null where there is none. */
export const RUNBOOK_PAGES: Record<RunbookName, RunbookPage | null> = {
  serviceDown: {
    file: 'docs/runbooks/service-down.md',
    anchors: {
      'A.1': 'a1-restart',
      'A.2': 'a2-if-the-restart-does-not-help',
      'A.3': 'a3-unresolved-what-to-do-by-hand',
    },
  },
  pipelineFailures: {
    file: 'docs/runbooks/pipeline-failures.md',
    anchors: {
      'B.1': 'b1-openai-limits-the-rate',
      'B.2': 'b2-images',
      'B.3': 'b3-database-connections',
      'B.4': 'b4-plugins',
    },
  },
  securityViolations: {
    file: 'docs/runbooks/security-violations.md',
    anchors: {
      'C.1': 'c1-rate-limit-violations',
      'C.2': 'c2-authentication-failures',
      'C.3': 'c3-potential-attack',
    },
  },
  analysisLatency: {
    file: 'docs/runbooks/analysis-latency.md',
    anchors: { 'D.1': 'd1-cpus', 'D.2': 'd2-disks', 'D.3': 'd3-the-database', 'D.4': 'd4-openai' },
  },
  imageProcessingStalled: {
    file: 'docs/runbooks/image-processing-stalled.md',
    anchors: {
      'E.1': 'e1-telegram-limits-the-bot',
      'E.2': 'e2-network',
      'E.3': 'e3-the-bot',
      'E.4': 'e4-the-source-channel',
    },
  },
  outboxStuck: {
    file: 'docs/runbooks/outbox-stuck.md',
    anchors: { 'F.1': 'f1-rabbitmq', 'F.2': 'f2-the-network', 'F.3': 'f3-the-publisher' },
  },
  emergencyRecovery: { file: 'docs/runbooks/emergency-recovery.md', anchors: { H: 'h' } },
  unknownAlert: null,
};

/** `docs/runbooks/service-down.md#a1-restart` */
export function pageAt(runbook: RunbookName, cite: string): string | undefined {
  const page = RUNBOOK_PAGES[runbook];
  if (page === null) return undefined;
  const anchor = Object.entries(page.anchors).find(([of]) => of === cite)?.[1];
  return anchor === undefined ? page.file : `${page.file}#${anchor}`;
}
