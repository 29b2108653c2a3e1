import type { IncidentInput, IncidentResult } from '../../shared/incident';
import { WELL } from '../../shared/observations/standing';
import { isHeadExhausted, isHeadStuck } from '../../shared/observations/events/outbox';
import type { OutboxHead, OutboxReading } from '../../shared/observations/events/outbox';
import type { ApprovalSubject } from '../../shared/safety/approval';
import { runIncident } from '../incident/run-incident';
import { followRunbook } from '../runbook/follow-runbook';
import type { Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { noteAlarms } from '../steps/broker';
import { isForRestart, restartDependency } from '../steps/dependencies';
import { verifyExchanges } from '../steps/exchanges';
import { whyPrometheusDiffers } from '../steps/kingfisher/metrics';
import { noteService, observeService, startAnew } from '../steps/kingfisher/service';
import {
  headEvidence,
  observeGauge,
  observePublisherLog,
  outboxLimits,
  quarantineEvent,
  verifyFalling,
} from '../steps/outbox';
import { diagnose, isPublishersFault, lookAgain, whyPublisherIsStuck } from './outbox-stuck-diagnosis';
import type { OutboxDiagnosis } from './outbox-stuck-diagnosis';

/** F. Events stuck in the outbox: KingFisher wrote them down, and they do not reach RabbitMQ. */
export async function outboxStuck(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

/** What the page says. */
export const page: Runbook<OutboxDiagnosis> = {
  page: 'F',
  title: 'Events stuck in outbox',
  watch: {
    subject: 'The outbox',
    reading: (policy) => ({ reading: 'outbox', pendingAbove: outboxLimits(policy).pendingAbove }),
  },
  diagnose,
  isWell: ({ standing }) => standing === WELL,
  standing: ({ standing }) => standing,
  causes: [
    {
      cite: 'F.1',
      title: 'RabbitMQ is down',
      would: 'restart rabbitmq',
      needs: 'restart',
      evidence: async ({ rabbitmq, blocked }) =>
        rabbitmq !== undefined && isForRestart(rabbitmq, blocked) ? `RabbitMQ down (${rabbitmq.why})` : undefined,
      remedy: async (found, { steps, incident }) => {
        found.rabbitmq = await restartDependency('F.1', 'rabbitmq', steps, incident);
        found.isOld = true;
        // Durable ones come back by themselves. What is missing would drop events, or hold them up.
        if (found.rabbitmq?.condition === 'well') await verifyExchanges(steps, incident, 'F.1');
      },
    },
    {
      cite: 'F.1',
      title: 'RabbitMQ blocks publishers by an alarm: it is not restarted',
      evidence: async ({ rabbitmq }, { steps, incident }) =>
        rabbitmq?.condition === 'protecting' ? await noteAlarms('F.1', steps, incident, rabbitmq) : undefined,
    },
    {
      cite: 'F.1',
      title: 'RabbitMQ lacks exchanges: no event is at fault, and no publisher',
      evidence: async (found, { steps, incident }) => {
        if (!isPublishersFault(found)) return undefined;
        found.missing = await verifyExchanges(steps, incident, 'F.1');
        return found.missing.length === 0 ? undefined : `it has no ${found.missing.join(', ')}`;
      },
    },
    {
      cite: 'F.2',
      title: "The firewall blocks RabbitMQ's port",
      evidence: async ({ blocked }) => blocked,
    },
    {
      cite: 'F.3',
      title: 'An event that has no attempts left blocks all others',
      would: 'move that event to quarantine',
      needs: 'quarantine',
      asksItself: true,
      evidence: async (found, at) => {
        if (!isPublishersFault(found)) return undefined;
        if (found.isOld) await lookAgain(found, at, outboxLimits(at.steps.policy).lookAgainAfterMs);
        return headOf(found, (last) => isHeadExhausted(last))?.evidence;
      },
      remedy: moveAside,
    },
    {
      cite: 'F.3',
      title: 'The publisher is stuck while RabbitMQ is well',
      would: 'restart KingFisher',
      needs: 'restart',
      evidence: async (found, at) => {
        if (!isPublishersFault(found)) return undefined;
        found.service = await observeService('F.3', at.steps);
        noteService(at.incident, 'F.3', found.service);
        return await whyPublisherIsStuck(found, at);
      },
      remedy: async (found, { steps }) => {
        await observePublisherLog('F.3', steps);
        if (found.service === undefined) return;
        await startAnew('F.3', found.service, false, steps);
        found.isRestarted = true;
      },
    },
    {
      cite: 'F.3',
      title: 'An event blocks all others, and a restart did not help',
      would: 'move that event to quarantine',
      needs: 'quarantine',
      asksItself: true,
      isLastResort: true,
      evidence: async (found, at) => {
        if (!isPublishersFault(found) || !found.isRestarted) return undefined;
        await lookAgain(found, at, outboxLimits(at.steps.policy).stuckForMs);
        return headOf(found)?.evidence;
      },
      remedy: moveAside,
    },
  ],
  verify: ({ steps }) => verifyFalling('F', steps),
  contradiction: async ({ steps }) => {
    const { pendingAbove } = outboxLimits(steps.policy);
    const [gauge, scraped] = await Promise.all([observeGauge(steps), whyPrometheusDiffers(steps, 'F.diagnosis')]);
    return `no more than ${pendingAbove} events wait, or they become fewer; ${gauge}${scraped}`;
  },
  handOver: { cite: 'F.3', title: 'Not published: for the engineer on duty' },
};

/** The event that blocks all others; undefined where it moves, is tried, or nobody can say. */
function headOf(
  { outbox }: OutboxDiagnosis,
  isSo: (last: OutboxReading) => boolean = () => true,
): { head: OutboxHead; evidence: string } | undefined {
  const head = outbox?.last.table?.rows?.head ?? null;
  if (outbox === undefined || head === null) return undefined;
  if (!isHeadStuck(outbox.first, outbox.last) || !isSo(outbox.last)) return undefined;
  return { head, evidence: headEvidence(head) };
}

/** One poisoned event is often followed by more of its kind: each is asked for by itself. */
const MOVED_AT_MOST = 5;

/** Moves the head out of the way, when people say yes to it; it is kept, and can be put back. */
async function moveAside(found: OutboxDiagnosis, at: Scene): Promise<void> {
  const { steps, safety, incident } = at;
  for (let moved = 0; moved < MOVED_AT_MOST; moved++) {
    const asked = headOf(found);
    if (asked === undefined || incident.isResolved) return;
    if (!(await safety.ask(question(steps.host, asked), { isWatched: true }))) return;
    // Thinking takes time: somebody may have published it meanwhile.
    await lookAgain(found, at, 0);
    const head = found.outbox?.last.table?.rows?.head;
    if (head?.id !== asked.head.id || head.attempts !== asked.head.attempts) {
      incident.note('F.3', `Event ${asked.head.id} is not first in line any more: it stays where it is`);
      return;
    }
    await quarantineEvent('F.3', asked.head, steps);
    await lookAgain(found, at, outboxLimits(steps.policy).lookAgainAfterMs);
  }
}

function question(host: string, { head, evidence }: { head: OutboxHead; evidence: string }): ApprovalSubject {
  const { id, eventType, exchange, routingKey, attempts } = head;
  return {
    risk: 'quarantine',
    host,
    cite: 'F.3',
    title: `Move event ${id} to quarantine: it blocks all others`,
    arguments: { event: id, eventType, exchange, routingKey, attempts },
    precondition: evidence,
  };
}
