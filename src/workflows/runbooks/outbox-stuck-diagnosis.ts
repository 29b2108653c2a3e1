import {
  directionOf,
  isContradictory,
  isHeadExhausted,
  isHeadStuck,
  outboxStanding,
} from '../../shared/observations/events/outbox';
import type { OutboxState } from '../../shared/observations/events/outbox';
import type { DependencyState } from '../../shared/observations/probes';
import type { ServiceState } from '../../shared/observations/service';
import { WELL } from '../../shared/observations/standing';
import { formatDuration } from '../../shared/text/durations';
import type { Diagnosed } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { observeAllowed } from '../steps/allowed';
import { lookAtDependencies } from '../steps/dependencies';
import { noteBlockedPath, observeDependencyPath } from '../steps/dependency-path';
import { noteService, observeService } from '../steps/kingfisher/service';
import { describeHead, noteOutbox, observeOutbox, outboxLimits } from '../steps/outbox';

export interface OutboxDiagnosis extends Diagnosed {
  /** How many wait, twice. */
  outbox: OutboxState | undefined;
  /** How that stands; undefined where the agent could not be asked. */
  standing: string | undefined;
  /** The two places that know how many wait disagree about whether it is too many: nothing is done because of that. */
  isContradictory: boolean;
  /** RabbitMQ was started since: what was seen of the outbox says nothing any more. */
  isOld: boolean;
  /** As seen last: F.1 may have restarted it. */
  rabbitmq: DependencyState | undefined;
  /** Why a RabbitMQ that runs cannot be reached; undefined where it can, or does not run. */
  blocked: string | undefined;
  service: ServiceState | undefined;
  /** Exchanges that RabbitMQ said it lacks; filled by F.1. */
  missing: string[];
  /** KingFisher was, in this pass. */
  isRestarted: boolean;
}

/** Statistics of the outbox, RabbitMQ and the way to it, all at the same time. */
export async function diagnose(at: Scene): Promise<OutboxDiagnosis> {
  const { steps, incident } = at;
  const cite = 'F.diagnosis';
  const [allowed, outbox, [rabbitmq], path, service] = await Promise.all([
    observeAllowed(cite, steps, incident),
    observeOutbox(cite, steps, outboxLimits(steps.policy).lookAgainAfterMs),
    lookAtDependencies(cite, steps, incident, ['rabbitmq']),
    observeDependencyPath(cite, 'rabbitmq', steps),
    observeService(cite, steps),
  ]);
  incident.noteFirstAction(service?.observedAt ?? outbox?.last.observedAt);
  noteService(incident, cite, service);
  if (rabbitmq?.condition !== 'protecting') incident.withdraw(({ name }) => name === 'PublishersBlocked');
  const blocked = noteBlockedPath(incident, 'F.2', 'rabbitmq', path);
  return { allowed, ...judged(outbox, at), rabbitmq, blocked, service, missing: [], isOld: false, isRestarted: false };
}

/** The outbox anew, `apartMs` apart. */
export async function lookAgain(found: OutboxDiagnosis, at: Scene, apartMs: number): Promise<void> {
  const outbox = await observeOutbox('F.3', at.steps, apartMs, 'Whether the first in line moves');
  Object.assign(found, judged(outbox, at), { isOld: false });
}

type Judged = Pick<OutboxDiagnosis, 'outbox' | 'standing' | 'isContradictory'>;

function judged(outbox: OutboxState | undefined, { steps, incident }: Scene): Judged {
  const { pendingAbove } = outboxLimits(steps.policy);
  noteOutbox(incident, 'F.diagnosis', outbox, pendingAbove);
  if (outbox === undefined) return { outbox, standing: undefined, isContradictory: false };
  const { first, last } = outbox;
  return {
    outbox,
    standing: outboxStanding(last, pendingAbove, directionOf(first, last)),
    isContradictory: isContradictory(last, pendingAbove),
  };
}

/** Nothing of RabbitMQ stands in the way, and what is known of the outbox fits together. */
export function isPublishersFault({ rabbitmq, blocked, missing, isContradictory }: OutboxDiagnosis): boolean {
  return rabbitmq?.condition === 'well' && blocked === undefined && missing.length === 0 && !isContradictory;
}

/**
 * Why a new start of KingFisher is called for: it does not run, or its publisher has published nothing for a while. Undefined
 * for one that publishes, or tries to, and where nobody knows how many wait: the timeline says which.
 */
export async function whyPublisherIsStuck(found: OutboxDiagnosis, at: Scene): Promise<string | undefined> {
  const { steps, incident } = at;
  const { stuckForMs, pendingAbove } = outboxLimits(steps.policy);
  if (found.service !== undefined && found.service.active !== 'active') return `unit is ${found.service.active}`;
  await lookAgain(found, at, stuckForMs);
  const { outbox, standing } = found;
  if (outbox === undefined || outbox.last.pending === null || standing === WELL || found.isContradictory) {
    return undefined;
  }
  const other = whyNotStuck(outbox);
  if (other !== undefined) {
    incident.note('F.3', 'The publisher is not stuck: KingFisher is not restarted', other);
    return undefined;
  }
  return `publisher stuck: over ${pendingAbove} events wait, no fewer in ${formatDuration(stuckForMs)}`;
}

/** What the table says of a publisher that lives. Without a table only the number speaks. */
function whyNotStuck({ first, last }: OutboxState): string | undefined {
  const [before, now] = [first.table?.rows, last.table?.rows];
  if (before === undefined || before === null || now === undefined || now === null) return undefined;
  if (now.lastPublishedAt !== before.lastPublishedAt) return 'it publishes, and more events come than it can publish';
  if (isHeadExhausted(last) && isHeadStuck(first, last)) return 'the first in line blocks all others';
  const { head } = now;
  if (head === null || head.id !== before.head?.id) return undefined;
  if (head.attempts > before.head.attempts) return `it tries, and fails: event ${describeHead(head)}`;
  return now.waitingBehind === 0 && !head.isDue ? 'all events wait for their next attempt' : undefined;
}
