const ENDED: Record<string, string> = {
  COMPLETED: 'ended without closing its page',
  FAILED: 'failed',
  TERMINATED: 'was terminated',
  CANCELLED: 'was cancelled',
  TIMED_OUT: 'ran out of its time',
  NOT_FOUND: 'is not there',
};

/** How a run ended, for people, by Temporal's name of its status: `Halcyon's run was cancelled`. */
export function endInWords(status: string): string {
  return `Halcyon's run ${ENDED[status] ?? 'is over'}`;
}
