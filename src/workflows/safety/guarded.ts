import type { ApprovalSubject } from '../../shared/safety/approval';
import type { HostStanding, Outcome } from '../../shared/incident';
import type { LeaseOutcome, LeaseWish } from '../../shared/safety/lease';
import type { EscalationInput } from '../../shared/paging/escalation';
import type { SafetyPolicy } from '../../shared/safety/safety';
import { turnSignal } from '../messages';
import type { Door } from '../messages/door';
import { AlertRoute } from '../incident/alert-route';
import { answerInWords } from './approvals';
import { ApprovedWork } from './approved-work';
import { closingOf, subjectOf } from './describe-incident';
import { EscalationClient } from '../escalation/escalation-client';
import type { ChangeIntent, Permission } from './gate';
import { HostAccess } from './host-access';
import type { Incident } from '../incident/incident';
import { listenForClose } from '../incident/listen-for-close';
import { IncidentLeases } from './incident-leases';
import { Questions } from './questions';
import { Responders } from './responders';
import type { IncidentSafety, Remedied } from './safety';
import type { Step } from '../runbook/step';
import type { Watched } from '../runbook/watched';
import { isoNow } from '../support/time';

/** What people are called for at once: no pass of a runbook waits it out. */
const URGENT_FINDINGS = { CrashLoop: 'it dies again and again', JobStuck: 'systemd hangs' };

/** An incident with a clock that pages people, a guard that gives it turns, and people who answer its questions. */
export class Guarded implements IncidentSafety {
  private readonly escalation: EscalationClient;
  private readonly route: AlertRoute;
  private readonly responders: Responders;
  private readonly questions: Questions;
  private readonly access: HostAccess;
  private readonly approvedWork: ApprovedWork;
  private readonly leases: IncidentLeases;

  constructor(
    private readonly incident: Incident,
    private readonly policy: SafetyPolicy,
    /** What its page is about; null where it is about nothing that can be looked at. */
    watched: Watched | null,
  ) {
    this.approvedWork = new ApprovedWork(watched?.subject ?? 'it');
    this.escalation = new EscalationClient({
      input: (isAnother) => this.clockInput(isAnother),
      onLost: () => this.tellAgain(),
    });
    this.route = new AlertRoute(incident, policy.escalation, this.escalation);
    this.responders = new Responders(incident, policy.escalation, this.escalation);
    this.access = new HostAccess({
      incident,
      policy,
      isApproved: () => this.questions.isApproved,
      onRefused: (why) => this.helpless(why),
      onEnded: ({ title }, failure) => this.approvedWork.made(title, failure).forEach((text) => this.tell(text)),
    });
    this.leases = new IncidentLeases({ incident, gate: this, plan: () => this.route.plan() });
    this.questions = new Questions({
      incident,
      watched,
      policy: policy.approvals,
      escalation: this.escalation,
      onAnswered: (approval) => {
        this.escalation.note({ text: answerInWords(approval), endsQuestion: true });
        if (approval.state === 'approved') this.approvedWork.approved(approval);
      },
      // An hour of thinking must not hold up the host's other incidents.
      lendTurnWhile: async (think) => await this.access.lendWhile(think),
      takeTurnAgain: async () => await this.access.takeAgain(),
    });
  }

  listen(door: Door): void {
    door.signal(turnSignal, (answer) => this.access.receive(answer));
    this.responders.listen(door);
    this.questions.listen(door);
    this.leases.listen(door);
    listenForClose(door, this.incident);
  }

  begin(): void {
    Object.assign(this.incident.story, { isHelpless: false, pages: [], clockAt: isoNow() });
    this.escalation.start();
    this.route.begin();
    this.access.request();
  }

  goOn(): void {
    this.escalation.goOn();
    this.access.goOn();
  }

  async begun(): Promise<void> {
    await this.escalation.settled();
  }

  async turn(): ReturnType<IncidentSafety['turn']> {
    return await this.access.turn();
  }

  async permit(step: Step, change: ChangeIntent): Promise<Permission> {
    return await this.access.permit(step, change);
  }

  async keepHost<T>(work: () => Promise<T>): Promise<T> {
    return await this.access.keepHost(work);
  }

  async lendWhile<T>(wait: () => Promise<T>): Promise<T> {
    const result = await this.access.lendWhile(wait);
    this.access.requestAgain();
    return result;
  }

  async lendIfWanted<T>(wait: () => Promise<T>): Promise<T> {
    return await this.access.lendIfWanted(wait);
  }

  get isLent(): boolean {
    return this.access.isLent;
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

  async lease(step: Step, wish: LeaseWish): Promise<LeaseOutcome> {
    return await this.leases.lease(step, wish);
  }

  async release(setting: string, why: string): Promise<void> {
    await this.leases.release(setting, why);
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
    if (incident.story.isHelpless || incident.isClosedByPerson) return;
    incident.story.isHelpless = true;
    incident.note('', 'Nothing automatic is left', why);
    this.escalation.helpless(why);
  }

  tell(text: string): void {
    this.escalation.note({ text });
  }

  inform(team: string, text: string): boolean {
    if (!Object.hasOwn(this.policy.escalation.teams, team)) return false;
    this.escalation.note({ text, team });
    return true;
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
    if (host === 'well') this.incident.story.isHelpless = false;
    this.tellStanding(host);
    await this.access.rest();
  }

  isResumed(): boolean {
    return this.access.isResumed();
  }

  wantTurn(): void {
    this.access.endRest();
    this.tellStanding('down');
    this.access.request();
  }

  async end(outcome: Outcome): Promise<void> {
    this.access.endRest();
    await this.leases.releaseAll('its incident is over');
    this.escalation.closed(closingOf(this.incident, outcome));
    await this.access.giveBack();
    await this.escalation.settled();
  }

  private clockInput(isAnother: boolean): EscalationInput {
    const { incident } = this;
    const { acknowledged } = incident.view;
    const { pages, clockAt: begunAt } = incident.story;
    return {
      subject: subjectOf(incident, this.route.severity),
      plan: this.route.plan(),
      ...(isAnother ? { restored: { pages, acknowledged, begunAt } } : {}),
    };
  }

  /** The clock was ended from outside, and another one begins: it hears what the first was told. */
  private tellAgain(): void {
    const { incident } = this;
    const { story, view } = incident;
    incident.note('', 'The clock was ended from outside', 'it begins anew, and knows who was paged');
    const again = 'said again to a new clock, as the one before was ended in Temporal';
    if (story.isEscalated) this.escalation.escalateNow(again);
    if (story.isHelpless) this.escalation.helpless(again);
    if (story.standing !== 'down') this.escalation.standing(story.standing, '');
    view.approvals.filter(({ state }) => state === 'asked').forEach((approval) => this.escalation.asked(approval));
  }

  private tellStanding(host: HostStanding): void {
    const { story } = this.incident;
    if (host === story.standing) return;
    story.standing = host;
    this.escalation.standing(host, '');
  }
}
