/** What Halcyon knows of one page of the document. */
interface RunbookEntry {
  /** Letter of the page; null where there is none. */
  page: string | null;
  title: string;
  /** What `halcyon run` calls it, and says of it; null where nobody starts it by hand. */
  command: { name: string; description: string } | null;
  /** What it is about, in the headline of a page: `KingFisher`; null where only its alert says so. */
  about: string | null;
  /** How that is while it cannot do its work: `not ready` where nothing is said. */
  unwell?: string;
}

/**
 * Every runbook, by the name of its workflow type and of its section in halcyon.yaml. The schema, the command line, the
 * replay test and the documents' test read this list.
 */
export const RUNBOOKS = {
  serviceDown: {
    page: 'A',
    title: 'Service down',
    command: { name: 'service-down', description: 'runbook A: KingFisher does not answer' },
    about: 'KingFisher',
  },
  pipelineFailures: {
    page: 'B',
    title: 'High pipeline failures',
    command: { name: 'pipeline-failures', description: 'runbook B: steps of the pipeline fail too often' },
    about: 'The pipeline',
    unwell: 'failing too often',
  },
  securityViolations: {
    page: 'C',
    title: 'Security violations high',
    command: {
      name: 'security-violations',
      description: 'runbook C: too many requests to KingFisher are refused',
    },
    about: 'Access to KingFisher',
    unwell: 'refused too often',
  },
  analysisLatency: {
    page: 'D',
    title: 'Analysis latency high',
    command: { name: 'analysis-latency', description: 'runbook D: analyses take too long' },
    about: 'Analysis',
    unwell: 'slow',
  },
  imageProcessingStalled: {
    page: 'E',
    title: 'Image processing stalled',
    command: { name: 'image-processing-stalled', description: 'runbook E: no image arrives from Telegram' },
    about: 'Image processing',
    unwell: 'stalled',
  },
  outboxStuck: {
    page: 'F',
    title: 'Events stuck in outbox',
    command: { name: 'outbox-stuck', description: 'runbook F: events do not reach RabbitMQ' },
    about: 'Publishing of events',
  },
  emergencyRecovery: {
    page: 'H',
    title: 'Emergency recovery',
    command: {
      name: 'emergency-recovery',
      description: 'section H: stop, back up, mend, restart and verify everything',
    },
    about: 'KingFisher',
  },
  /** An alert that no runbook is mapped to: it changes nothing. */
  unknownAlert: { page: null, title: 'Unknown alert', command: null, about: null },
} as const satisfies Record<string, RunbookEntry>;

export type RunbookName = keyof typeof RUNBOOKS;

/** In the order of the list. */
export const RUNBOOK_NAMES = Object.keys(RUNBOOKS) as [RunbookName, ...RunbookName[]];

/** How that is which a page is about while it cannot do its work, in the words of its headline. */
export function unwellOf(runbook: RunbookName): string {
  const entry: RunbookEntry = RUNBOOKS[runbook];
  return entry.unwell ?? 'not ready';
}

export function isRunbook(name: string): name is RunbookName {
  return Object.hasOwn(RUNBOOKS, name);
}
