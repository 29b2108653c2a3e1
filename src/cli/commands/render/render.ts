import type { TopicAnswer } from '../../../shared/topics/answers';
import { formatMoment } from '../../support/moment';
import { renderDatabase } from './database';
import { renderLogs } from './logs';
import { renderMetrics } from './metrics';
import { closingLines, headLine, roundLine } from './performance';
import { renderProcesses } from './processes';
import { renderQueues } from './queues';
import { renderRedis } from './redis';
import { tell } from './sections';
import { renderService } from './service';

/** An answer for a terminal: what of which host, when, then each part. */
export function render(host: string, asked: TopicAnswer): string[] {
  if (asked.topic === 'performance') {
    return tell(asked.answer.load, (load) => [...headLine(host, load), roundLine(load), ...closingLines(load)]);
  }
  return [`${host}: ${asked.topic}, ${formatMoment(asked.observedAt)}`, ...bodyOf(asked)];
}

function bodyOf(asked: Exclude<TopicAnswer, { topic: 'performance' }>): string[] {
  switch (asked.topic) {
    case 'service':
      return renderService(asked.answer, asked.observedAt);
    case 'logs':
      return renderLogs(asked.answer);
    case 'metrics':
      return renderMetrics(asked.answer);
    case 'database':
      return renderDatabase(asked.answer);
    case 'redis':
      return renderRedis(asked.answer);
    case 'queues':
      return renderQueues(asked.answer);
    case 'processes':
      return renderProcesses(asked.answer, asked.observedAt);
  }
}
