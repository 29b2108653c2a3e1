import {
  ApplicationFailure,
  isCancellation,
  setHandler,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ApprovalSubject } from '../../shared/safety/approval';
import { formatDuration, parseDuration } from '../../shared/text/durations';
import type { Acknowledgement, EscalationEvent, Subject } from '../../shared/paging/escalation';
import type { TurnRequest } from '../../shared/safety/guard';
import type { IncidentInput, IncidentMemo, IncidentView, Outcome } from '../../shared/incident';
import type { ChangePermit } from '../../shared/safety/permit';
import type { SafetyPolicy } from '../../shared/safety/safety';
import { searchAttributes } from '../../shared/search-attributes';
import { closingFacts, closingSentence } from '../../shared/summary/closing';
import { texts } from '../message-texts';
import { acknowledgeUpdate, escalatedSignal, turnSignal } from '../messages';
import { answerInWords } from './approvals';
import { ApprovedWork } from './approved-work';
import { EscalationClient } from '../escalation/escalation-client';
import { AlertRoute } from '../incident/alert-route';
import type { ChangeIntent } from './gate';
import { guardOf } from '../guard/guard-client';
import { reason } from '../runbook/step-failures';
import type { Step } from '../runbook/step';
import type { Incident } from '../incident/incident';
import { listenForClose } from '../incident/listen-for-close';
import { checkAcknowledgement } from '../support/update-checks';
import { Questions } from './questions';
import type { HostStanding, IncidentSafety, Remedied } from './safety';
import { Turn } from '../guard/turn';

/** What was diagnosed before a wait of this length is looked at again. */
const STALE_AFTER_MS = 2_000;
/** A budget grows again with time: the guard is asked again so long after it refused. */
const REFUSED_AGAIN_MS = 1_800_000;
/** What people are called for at once: no pass of a runbook waits it out. */
const URGENT_FINDINGS = { CrashLoop: 'it dies again and again', JobStuck: 'systemd hangs' };

/** An incident with a clock that pages people, a guard that gives it turns, and people who answer its questions. */
export class Guarded implements IncidentSafety {
  private readonly escalation: EscalationClient;
  private readonly questions: Questions;
  private readonly guardTurn: Turn | null;
  /** While the incident only looks on: what it was refused for, and since when. */
  private resting: { since: number; isPaused: boolean; isSpent: boolean; isOver: boolean } | null = null;
  private standing: HostStanding = 'down';
  private readonly route: AlertRoute;
  /** People had it already in the run before. */
  private isHelpless: boolean;
  private readonly approvedWork = new ApprovedWork();

  constructor(
    private readonly incident: Incident,
    private readonly policy: SafetyPolicy,
  ) {
    const { input } = incident;
    this.escalation = new EscalationClient(() => ({ subject: this.subject(), plan: this.route.plan() }));
    this.route = new AlertRoute(incident, policy.escalation, this.escalation);
    this.isHelpless = input.carried !== undefined;
    this.guardTurn =
      policy.mode === 'observe' || input.host === null
        ? null
        : new Turn({
            who: 'incident',
            host: input.host,
            guard: guardOf(input.host),
            request: () => this.request(),
            note: (title, detail) => incident.note('', title, detail),
            now: () => Date.now(),
          });
    this.questions = new Questions({
      incident,
      policy: policy.approvals,
      escalation: this.escalation,
      onAnswered: (approval) => {
        this.escalation.note({ text: answerInWords(approval), endsQuestion: true });
        if (approval.state === 'approved') this.approvedWork.approved(approval);
      },
      // An hour of thinking must not hold up the host's other incidents.
      giveTurnBack: async () => await this.guardTurn?.release({ changed: incident.changed }),
      takeTurnAgain: async () => await this.takeTurnAgain(),
    });
  }

  listen(): void {
    const { incident } = this;
    setHandler(turnSignal, (answer) => this.guardTurn?.receive(answer), texts.turn);
    setHandler(escalatedSignal, (event) => this.onEscalated(event), texts.escalated);
    setHandler(acknowledgeUpdate, (ack) => this.acknowledge(ack), {
      ...texts.acknowledge,
      validator: checkAcknowledgement,
    });
    this.questions.listen();
    listenForClose(incident);
  }

  begin(): void {
    this.isHelpless = false;
    this.escalation.start();
    this.route.begin();
    this.guardTurn?.request();
  }

  async begun(): Promise<void> {
    await this.escalation.settled();
  }

  async turn(): Promise<'ready' | 'waited' | 'refused' | 'over'> {
    const { guardTurn, incident } = this;
    if (guardTurn === null) return this.refused('this runbook only observes: runbooks.<name>.mode in halcyon.yaml');
    const before = incident.view.state;
    incident.setState('waitingForTurn');
    const answer = await guardTurn.ready(() => incident.isResolved || incident.isClosedByPerson);
    incident.setState(before);
    if (answer === undefined) return 'over';
    if (answer.kind === 'granted') return guardTurn.waited > STALE_AFTER_MS ? 'waited' : 'ready';
    this.helpless(`the guard of ${incident.input.host} refuses: ${answer.detail}`);
    return this.refused(answer.detail);
  }

  async permit(step: Step, change: ChangeIntent): Promise<ChangePermit> {
    const { guardTurn } = this;
    if (change.isUndo === true) {
      const undo: ChangePermit = { kind: 'undo', token: 0, holder: workflowInfo().workflowId };
      return guardTurn?.permit(step.title, change) ?? undo;
    }
    const { closedBy } = this.incident;
    if (closedBy !== null) throw changeRefused(`${closedBy.as} closed this incident: nothing new is begun`);
    if (guardTurn === null) throw changeRefused('this runbook only observes');
    if (this.policy.mode === 'approve' && !this.questions.isApproved) throw changeRefused('nobody approved it');
    try {
      return guardTurn.permit(step.title, change);
    } catch (err) {
      this.helpless(`"${step.title}" is refused: ${reason(err)}`);
      throw err;
    }
  }

  async ask(subject: ApprovalSubject, { isWatched = false } = {}): Promise<boolean> {
    return await this.questions.ask(subject, isWatched);
  }

  mayAsk(subject: ApprovalSubject): boolean {
    return this.questions.mayAsk(subject);
  }

  async approveRemedy(cause: Remedied, evidence: string): Promise<boolean> {
    return this.policy.mode !== 'approve' || (await this.questions.askForRemedy(cause, evidence));
  }

  escalateNow(why: string): void {
    const { incident } = this;
    if (incident.story.isEscalated || incident.isClosedByPerson) return;
    incident.story.isEscalated = true;
    incident.note('', 'People are needed now', why);
    this.escalation.escalateNow(why);
  }

  helpless(why: string): void {
    const { incident } = this;
    // Who closed it has it: nothing automatic is wanted any more.
    if (this.isHelpless || incident.isClosedByPerson) return;
    this.isHelpless = true;
    incident.note('', 'Nothing automatic is left', why);
    this.escalation.helpless(why);
  }

  tell(text: string): void {
    this.escalation.note({ text });
  }

  made({ title }: Step, failure: string | null): void {
    this.approvedWork.made(title, failure).forEach((text) => this.tell(text));
  }

  look(): void {
    const { incident } = this;
    this.route.look();
    this.approvedWork.look(incident.view).forEach((text) => this.tell(text));
    if (!incident.story.isEscalated) {
      for (const [name, what] of Object.entries(URGENT_FINDINGS)) {
        if (incident.hasFinding(name)) this.escalateNow(`${incident.input.host}: ${what}`);
      }
    }
    if (incident.hasFinding('AgentUnreachable')) {
      this.helpless(`${incident.input.host}: its agent does not take work`);
    }
  }

  contradicted(text: string): void {
    this.escalation.standing('contradicted', text);
  }

  async rest(host: HostStanding): Promise<void> {
    const { guardTurn, incident } = this;
    if (host === 'well') this.isHelpless = false;
    this.tellStanding(host);
    const isPaused = guardTurn?.isPaused === true;
    const isSpent = ['budget', 'flapping'].includes(guardTurn?.refusal?.reason ?? '');
    const resting = { since: Date.now(), isPaused, isSpent, isOver: false };
    this.resting = resting;
    if (isPaused) void guardTurn.whenResumed(() => resting.isOver).catch(unlessCancelled);
    else await guardTurn?.release({ changed: incident.changed });
  }

  isResumed(): boolean {
    if (this.resting === null) return false;
    const { since, isPaused, isSpent } = this.resting;
    if (isPaused) return this.guardTurn?.isPaused === false;
    return isSpent && Date.now() - since >= REFUSED_AGAIN_MS;
  }

  wantTurn(): void {
    this.endRest();
    this.tellStanding('down');
    this.guardTurn?.request();
  }

  async end(outcome: Outcome): Promise<void> {
    const { incident } = this;
    this.endRest();
    this.escalation.closed(closingOf(incident, outcome));
    await this.guardTurn?.release({ changed: incident.changed });
    await this.escalation.settled();
  }

  private endRest(): void {
    if (this.resting !== null) this.resting.isOver = true;
    this.resting = null;
  }

  private tellStanding(host: HostStanding): void {
    if (host === this.standing) return;
    this.standing = host;
    this.escalation.standing(host, '');
  }

  /** After people thought for a while. */
  private async takeTurnAgain(): Promise<boolean> {
    this.guardTurn?.request();
    const turn = await this.turn();
    return turn === 'ready' || turn === 'waited';
  }

  private refused(why: string): 'refused' {
    this.incident.addFinding('ChangeRefused', '', why);
    return 'refused';
  }

  private async acknowledge({ as, for: text }: Acknowledgement): Promise<{ until: string }> {
    const holdMs = text === undefined ? this.policy.escalation.holdMs : parseDuration(text)!;
    const until = new Date(Date.now() + holdMs).toISOString();
    this.setAcknowledged({ as, until });
    this.incident.note('', `Acknowledged by ${as}`, `no further tier for ${formatDuration(holdMs)}`);
    this.escalation.acknowledged(as, until);
    await this.escalation.settled();
    return { until };
  }

  private onEscalated(event: EscalationEvent): void {
    const { incident } = this;
    if (event.incidentRun !== workflowInfo().firstExecutionRunId) return;
    if (event.kind === 'acknowledged') return this.heardOf(event);
    if (event.kind === 'lapsed') {
      this.setAcknowledged(null);
      return incident.note('', `The acknowledgement of ${event.as} has lapsed`, 'the clock goes on');
    }
    const { tier, teamName, pages } = event;
    const ways = pages.map(({ channel, delivered, detail }) => `${channel} ${delivered ? 'ok' : `FAILED: ${detail}`}`);
    const collapsed = pages.some((page) => page.collapsed) ? ' (late)' : '';
    incident.note('', `Paged tier ${tier}${collapsed}: ${teamName}`, ways.join('; '));
    for (const page of pages.filter(({ delivered }) => !delivered)) {
      incident.addFinding('PageNotDelivered', '', `tier ${tier}, ${teamName}, ${page.channel}: ${page.detail}`);
    }
    if (tier <= incident.view.tier) return;
    incident.view.tier = tier;
    upsertSearchAttributes([{ key: searchAttributes.tier, value: tier }]);
  }

  /** StepReport to the clock itself while no controller ran, or known already. */
  private heardOf({ as, until }: { as: string; until: string }): void {
    const { incident } = this;
    if (incident.view.acknowledged?.until === until) return;
    this.setAcknowledged({ as, until });
    incident.note('', `Acknowledged by ${as}`, `no further tier until ${until}`);
  }

  /** Also where the list of incidents finds it. */
  private setAcknowledged(acknowledged: IncidentView['acknowledged']): void {
    this.incident.view.acknowledged = acknowledged;
    upsertMemo({ acknowledged } satisfies Partial<IncidentMemo>);
  }

  private request(): TurnRequest {
    const { input, view } = this.incident;
    const { workflowId, runId } = workflowInfo();
    return {
      incidentId: workflowId,
      runId,
      runbook: input.runbook,
      severity: view.severity,
      startsAt: view.startsAt,
      startedBy: input.startedBy?.who ?? null,
      policy: this.policy.guard,
    };
  }

  private subject(): Subject {
    const { input, view } = this.incident;
    const { workflowId, firstExecutionRunId } = workflowInfo();
    return {
      workflowId,
      runId: firstExecutionRunId,
      runbook: input.runbook,
      alertname: view.alertname,
      host: view.host,
      severity: this.route.severity,
      startsAt: view.receivedAt < view.startsAt ? view.receivedAt : view.startsAt,
      summary: view.summary ?? startedText(input),
      ...(view.runbookUrl === undefined ? {} : { runbookUrl: view.runbookUrl }),
    };
  }
}

/** What is wrong is not known of a run that a person started: only why. */
function startedText({ runbook, host, startedBy }: IncidentInput): string {
  const who = startedBy === undefined ? 'started by nobody known' : `started by ${startedBy.who}: ${startedBy.reason}`;
  return `${runbook} on ${host ?? 'an unknown host'}, ${who}`;
}

function unlessCancelled(err: unknown): void {
  if (!isCancellation(err)) throw err;
}

/** What an incident that may not change something throws: its step is skipped, and says why. */
function changeRefused(why: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(why, 'ChangeRefused');
}

/** For everyone who was paged or asked. */
function closingOf({ closedBy, view }: Incident, outcome: Outcome) {
  return {
    outcome,
    summary: closingSentence(view, outcome, closedBy),
    facts: closingFacts(view, outcome, closedBy),
  };
}
