import { HostError } from '../../../host/errors';
import type { ReadingName, ReadingRequest, Readings } from '../../../shared/observations/readings';
import { violationsReading } from '../access/access';
import { dependencyReading } from '../stores/dependency';
import { latencyReading } from '../latency/latency-reading';
import { outboxReading } from '../stores/outbox';
import { failuresReading } from '../pipeline/failures';
import { healthReading } from '../service/health';
import { imagesReading } from '../images/images';
import type { HostDeps } from '../core/deps';
import type { Pace, Reading } from './reading';

/**
 * What an agent can look at until it is well, and while it is not.
 *
 * @throws HostError `AgentTooOld` for a reading that only a newer controller knows
 */
export function readingOf(
  deps: HostDeps,
  wanted: ReadingRequest,
  pace: Pace,
  signal: AbortSignal,
): Reading<Readings[ReadingName]> {
  switch (wanted.reading) {
    case 'health':
      return healthReading(deps, pace, signal);
    case 'dependency':
      return dependencyReading(deps, wanted.dependency, pace, signal);
    case 'latency':
      return latencyReading(deps, wanted, pace, signal);
    case 'outbox':
      return outboxReading(deps, wanted, pace, signal);
    case 'images':
      return imagesReading(deps, wanted, pace, signal);
    case 'violations':
      return violationsReading(deps, wanted, pace, signal);
    case 'pipelineFailures':
      return failuresReading(deps, wanted, pace, signal);
    default: {
      const { reading } = wanted satisfies never as ReadingRequest;
      throw new HostError(
        'AgentTooOld',
        `this agent does not know the reading "${reading}": install the same version as the controller`,
      );
    }
  }
}
