/** A step of the pipeline that failed: a line in the log and a count. */
import { log } from '../log';
import type { Metrics, Reason, Step } from '../metrics';

export class Failures {
  constructor(private readonly metrics: Metrics) {}

  count<S extends Step>(step: S, reason: Reason<S>, message: string, logger = 'pipeline'): void {
    this.metrics.pipelineFailures.add(1, step, reason);
    log('ERROR', logger, `step ${step} failed: ${message}`);
  }
}

/** Why a file could not be used. */
export function fileReason(error: unknown): 'permission' | 'disk_full' | 'io' {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'permission';
  return code === 'ENOSPC' || code === 'EDQUOT' ? 'disk_full' : 'io';
}
