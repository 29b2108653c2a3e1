import type {
  EscalationNote,
  EscalationPlan,
  EscalationView,
  Fact,
  StandingNote,
} from '../../shared/paging/escalation';
import type { Outcome } from '../../shared/incident';
import type { Approval } from '../../shared/safety/approval';
import { object } from '../../shared/shape/shape';
import { text, time, words } from '../../shared/shape/values';
import { approval } from '../../shared/shape/people';
import { closedNote, escalationNote, escalationPlan, standingNote } from './shapes/escalation';
import { BY_HALCYON, query, signal } from './define';

const why = object<{ reason: string }>({ reason: text });

/** The first tier is due now: automation cannot help, and says why. */
export const escalateNowSignal = signal(
  'escalateNow',
  why,
  `${BY_HALCYON} The first tier is paged now: automation cannot help.`,
);
/** Nothing automatic is left, and why. Its plan says whether the first tier is due now. */
export const helplessSignal = signal(
  'helpless',
  why,
  `${BY_HALCYON} Nothing automatic is left; whether people are paged now is a matter of the plan.`,
);
/** The alert became worse: its route calls more people, or sooner. */
export const routedSignal = signal<{ severity: string; plan: EscalationPlan }>(
  'routed',
  object({ severity: text, plan: escalationPlan }),
  `${BY_HALCYON} The alert became worse, and its route calls more people, or sooner.`,
);
export const acknowledgedSignal = signal<{ as: string; until: string }>(
  'acknowledged',
  object({ as: words, until: time }),
  'Somebody has it until a time: nobody else is paged before. Send {"as": "your name", "until": "2026-11-23T03:30:00Z"}. As a command: halcyon ack, which also works when the incident is gone.',
);
/** The incident asks people something. Where helplessness rings, so does this. */
export const askedSignal = signal<Approval>('asked', approval, `${BY_HALCYON} The incident asks people something.`);
/** Something that those who were paged or asked want to hear. */
export const noteSignal = signal<EscalationNote>(
  'note',
  escalationNote,
  `${BY_HALCYON} A line for those who were paged, such as what became of a question.`,
);
export const standingSignal = signal<StandingNote>(
  'standing',
  standingNote,
  `${BY_HALCYON} How the host is now: down, well, or well while the alert still fires.`,
);
export const closedSignal = signal<{ outcome: Outcome; summary: string; facts?: Fact[] }>(
  'closed',
  closedNote,
  `${BY_HALCYON} The incident is over: everybody who was paged is told, and PagerDuty resolves.`,
);
export const escalationQuery = query<EscalationView>(
  'escalation',
  'Who was paged when and by what way, who has it, and who is paged next.',
);
