import { HostError } from '../../../host/errors';
import type { TopicAnswer, TopicRequest } from '../../../shared/topics/answers';
import { TOPICS, isTopic } from '../../../shared/topics/topics';
import type { TopicName } from '../../../shared/topics/topics';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { answerDatabase, answerQueues, answerRedis } from './stores';
import { answerLogs } from './logs';
import { answerMetrics, answerPerformance, answerProcesses, answerService } from './kingfisher';

/** People who ask at the same time; more of them wait for no one, and leave the agent its work. */
const AT_ONCE = 8;
const MATCH_CHARACTERS = 200;

export interface TopicActivities {
  /**
   * Useful commands: what a person asks by `halcyon commands`. Only reads. Errors: `NotAllowed` for a topic that
   * `agent.commands.topics` does not name, `ObservationFailed`.
   */
  observeTopic(request: TopicRequest): Promise<TopicAnswer>;
}

/** The document's "Useful Commands Reference", within what this host answers people. */
export function createTopicActivities(deps: HostDeps): TopicActivities {
  let asking = 0;
  return {
    observeTopic: asActivity(deps.redact, async ({ signal }, written) => {
      const request = readRequest(written, deps);
      if (asking >= AT_ONCE) {
        throw new HostError(
          'ObservationFailed',
          `${AT_ONCE} people ask this host already; ask again when one has left`,
        );
      }
      asking += 1;
      try {
        return await answerTopic(deps, request, signal);
      } finally {
        asking -= 1;
      }
    }),
  };
}

async function answerTopic(deps: HostDeps, request: TopicRequest, signal: AbortSignal): Promise<TopicAnswer> {
  const { topic } = request;
  const answers: { [T in TopicName]: () => Promise<Extract<TopicAnswer, { topic: T }>['answer']> } = {
    service: () => answerService(deps, signal),
    logs: () => answerLogs(deps, request, signal),
    metrics: () => answerMetrics(deps, request, signal),
    database: () => answerDatabase(deps, signal),
    redis: () => answerRedis(deps, request, signal),
    queues: () => answerQueues(deps, signal),
    processes: () => answerProcesses(deps, signal),
    performance: () => answerPerformance(deps, request, signal),
  };
  const answer = await answers[topic]();
  return { topic, answer, observedAt: new Date().toISOString() } as TopicAnswer;
}

/** Whoever can start a workflow can write anything here. */
function readRequest(written: unknown, { settings }: HostDeps): TopicRequest {
  const request = (typeof written === 'object' && written !== null ? written : {}) as Partial<TopicRequest>;
  const { topic, match } = request;
  if (!isTopic(topic)) throw new HostError('NotConfigured', 'there is no such topic; "halcyon commands" lists them');
  if (!settings.commands.topics.includes(topic)) {
    throw new HostError(
      'NotAllowed',
      `agent.commands.topics of ${settings.host} does not name ${topic}; nothing was asked`,
    );
  }
  const isUsable = typeof match === 'string' && match.length <= MATCH_CHARACTERS && TOPICS[topic].canBeNarrowed;
  return {
    topic,
    match: isUsable ? match : '',
    lines: numberOf(request.lines, 50, 1_000),
    waitMs: numberOf(request.waitMs, 0, 20_000),
    windowMs: numberOf(request.windowMs, 1_000, 5_000),
    ...(typeof request.position === 'object' && request.position !== null ? { position: request.position } : {}),
  };
}

function numberOf(value: unknown, usual: number, most: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(0, Math.floor(value))) : usual;
}
