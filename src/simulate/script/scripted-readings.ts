import type { ReadingRequest } from '../../shared/observations/readings';
import { dependencyStanding, healthStanding } from '../../shared/observations/standing';
import type { ScriptedHost } from './scripted-host';

/** How what is watched stands, and what was seen of it last. */
export interface ScriptedReading {
  standing: string;
  last: unknown;
}

/** One look at what a page is about. */
export function readingOf(host: ScriptedHost, wanted: ReadingRequest): ScriptedReading {
  switch (wanted.reading) {
    case 'health': {
      const last = host.health();
      return { standing: healthStanding(last, host.service('kingfisher')), last };
    }
    case 'dependency': {
      const last = host.dependency(wanted.dependency);
      return { standing: dependencyStanding(last), last };
    }
    case 'pipelineFailures':
      return host.pipeline.reading(wanted);
    case 'violations':
      return host.access.reading(wanted);
    case 'images':
      return host.telegram.reading(wanted);
    case 'latency':
      return host.latency.reading(wanted);
    case 'outbox':
      return host.outbox.reading(wanted);
  }
}
