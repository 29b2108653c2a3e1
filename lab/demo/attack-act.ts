import { formatDuration } from '../../src/shared/text/durations';
import type { IncidentView } from '../../src/shared/incident';
import type { Approval } from '../../src/shared/safety/approval';
import { timelineQuery } from '../../src/workflows/messages';
import type { LabHost } from '../lab-host';
import { reportOutside, setOutside } from '../stand-ins/trouble';
import type { Answers } from '../stand-ins/clients';
import type { WholeSite } from '../whole-site';
import type { Act, Audience } from './act';
import { halcyon } from './command';
import { lookAtFirewall } from './firewall';
import type { FirewallView } from './firewall';
import type { OpenIncident } from './follow-beside';
import { NotSeen, seen } from './seen';

export const ATTACK_ALERT = 'KingfisherSecurityViolationsHigh';
const ATTACKER = { from: '203.0.113.9', perSecond: 20 };
/** A person who may say yes, as `approvals` of the demo's halcyon.yaml has it. */
const APPROVER = 'anna';
/** The access log's last minute passes before the incident closes: the block is to outlive that. */
const BLOCK_MS = 90_000;

/** Of the teams that may be on duty. */
const CHANNELS = ['trading-ai-alerts', 'platform-alerts'];
/** As the timeline says it. */
const ASKS = 'Asks people';
/** A question that is asked, a host that is blocked, a request that is not answered. */
const SOON_MS = 60_000;
/** From the change in the firewall to its being seen there. */
const TOLERANCE_MS = 10_000;
/** So many requests without one answer are no accident. */
const UNANSWERED = 20;

/** Halcyon asks before it blocks, and the demo says yes. */
export const ATTACK_SECTIONS = {
  approvals: { roles: { operator: [APPROVER] }, approvers: { default: ['operator'] } },
};
export const ATTACK_RUNBOOK = { mode: 'approve', limits: { blockFor: formatDuration(BLOCK_MS).replaceAll(' ', '') } };

/** Section C: an attack from one address, and a change that Halcyon does not make before a person has said yes. */
export function attackAct(site: WholeSite, isQuiet: Act['isQuiet']): Act {
  const attack = new Attack(site);
  return {
    key: 'attack',
    name: `Act 4: ${ATTACKER.from} tries tokens, ${ATTACKER.perSecond} a second; Halcyon asks whether it may block it`,
    alert: ATTACK_ALERT,
    host: site.host.name,
    broken: 'under attack',
    isQuiet,
    breakIt: () => attack.begin(),
    during: (audience, open) => attack.isStopped(audience, open),
    afterwards: (audience) => attack.isForgotten(audience),
  };
}

class Attack {
  private readonly host: LabHost;
  private blockedAt = 0;
  /** When nothing was answered any more. */
  private answeredThen = { unauthorized: 0, none: 0 };

  constructor(private readonly site: WholeSite) {
    this.host = site.host;
  }

  async begin(): Promise<void> {
    await setOutside(this.host, 'clients', [ATTACKER]);
  }

  /** Asked, approved, blocked, not answered any more; in this order. */
  async isStopped(audience: Audience, open: OpenIncident): Promise<void> {
    try {
      const question = await this.question(audience, open);
      await this.isAskedFirst(audience, question);
      await this.isApproved(audience, open, question);
      await this.isBlocked(audience);
      await this.isUnanswered(audience);
    } catch (err) {
      await this.giveUp();
      throw err;
    }
  }

  /** Unblocked by itself, and answered as anybody is. */
  async isForgotten(audience: Audience): Promise<void> {
    const { write, signal } = audience;
    const { unauthorized, none } = await this.answers();
    await this.giveUp();
    if (unauthorized > this.answeredThen.unauthorized) throw new NotSeen(`${ATTACKER.from} blocked all the while`);
    write(`${ATTACKER.from} gives up after ${none} requests without an answer; it is blocked until its time is over`);
    const gone = async () => {
      const firewall = await lookAtFirewall(this.host);
      return firewall.listing !== '' && !firewall.blocked.includes(ATTACKER.from) ? firewall : undefined;
    };
    const what = `${ATTACKER.from} unblocked when its time was over`;
    const firewall = await seen(what, gone, BLOCK_MS + SOON_MS, signal);
    const blockedMs = Date.now() - this.blockedAt;
    if (blockedMs < BLOCK_MS - TOLERANCE_MS)
      throw new NotSeen(`${ATTACKER.from} blocked for its time, it was for ${formatDuration(blockedMs)}`);
    show(write, `UNBLOCKED after ${formatDuration(blockedMs)}`, firewall);
    await setOutside(this.host, 'clients', [{ ...ATTACKER, perSecond: 2 }]);
    const answered = async () => ((await this.answers()).unauthorized > 0 ? true : undefined);
    await seen(`${ATTACKER.from} answered again`, answered, SOON_MS, signal).finally(() => this.giveUp());
    write(`${ATTACKER.from} asks once more, and is answered again: 401, as everybody who has no token`);
  }

  private async giveUp(): Promise<void> {
    await setOutside(this.host, 'clients', []);
  }

  private async question({ signal }: Audience, { handle, hasRead }: OpenIncident): Promise<Approval> {
    const asked = async () => {
      const question = openQuestion(await handle.query<IncidentView>(timelineQuery));
      return hasRead(ASKS) ? question : undefined;
    };
    return await seen('a question whether it may block', asked, SOON_MS, signal);
  }

  /** People hear of it, and nothing is done before the answer. */
  private async isAskedFirst({ write, signal }: Audience, { hash, subject, roles }: Approval): Promise<void> {
    write(`HALCYON ASKS ${roles.join(' or ')}: ${subject.title}?`);
    const { channel, text } = await seen('the question in Slack', async () => this.message(hash), SOON_MS, signal);
    write(`in Slack, #${channel}, people read:`);
    write(quote(withoutLinks(text)));
    const [{ blocked }, { unauthorized }] = await Promise.all([lookAtFirewall(this.host), this.answers()]);
    if (blocked.length > 0) throw new NotSeen(`nobody blocked before the answer: ${blocked.join(', ')} is`);
    write(`until somebody says yes nothing is blocked: ${ATTACKER.from} has been answered ${unauthorized} times`);
  }

  /** To the team on duty, whichever that is now. */
  private message(hash: string): { channel: string; text: string } | undefined {
    const { slack } = this.site.pagers;
    const messages = CHANNELS.flatMap((channel) => slack.texts(channel).map((text) => ({ channel, text })));
    return messages.find(({ text }) => text.includes(hash));
  }

  private async isApproved(audience: Audience, { handle, hasRead }: OpenIncident, { hash }: Approval): Promise<void> {
    const { write, signal } = audience;
    const args = ['approve', handle.workflowId, '--hash', hash, '--as', APPROVER, '--note', 'not one of our clients'];
    const command = halcyon(this.site.stack.configFile, args);
    write(`a person types: ${command.typed}`);
    const printed = await command.run();
    write(quote(printed));
    if (!printed.startsWith(`approved ${hash}`)) throw new NotSeen('the answer taken');
    const taken = async () => hasRead(`approved by ${APPROVER}`) || undefined;
    await seen('the answer in the timeline', taken, SOON_MS, signal);
  }

  private async isBlocked({ write, signal }: Audience): Promise<void> {
    const blocked = async () => {
      const firewall = await lookAtFirewall(this.host);
      return firewall.blocked.includes(ATTACKER.from) ? firewall : undefined;
    };
    const firewall = await seen(`${ATTACKER.from} blocked in the firewall`, blocked, SOON_MS, signal);
    this.blockedAt = Date.now();
    show(write, 'BLOCKED', firewall);
  }

  private async isUnanswered({ write, signal }: Audience): Promise<void> {
    let before = await this.answers();
    const unanswered = async () => {
      const now = await this.answers();
      // What was on its way when the block came.
      if (now.unauthorized > before.unauthorized) before = now;
      return now.none - before.none >= UNANSWERED ? now : undefined;
    };
    const now = await seen(`${ATTACKER.from} not answered any more`, unanswered, SOON_MS, signal);
    this.answeredThen = now;
    write(`NOT ANSWERED ANY MORE: ${ATTACKER.from} asked ${now.none} times since, and goes on without an answer`);
    write('Halcyon calls it over when hardly anything was refused for a whole minute, by the access log');
  }

  private async answers(): Promise<{ unauthorized: number; none: number }> {
    const { clients } = await reportOutside(this.host);
    const { 401: unauthorized = 0, none = 0 }: Answers = clients[ATTACKER.from] ?? {};
    return { unauthorized, none };
  }
}

function openQuestion({ approvals }: IncidentView): Approval | undefined {
  return approvals.find(({ state, subject }) => state === 'asked' && subject.risk === 'blockAddress');
}

function show(write: (line: string) => void, what: string, { command, listing }: FirewallView): void {
  write(`${what}; on the host: ${command}`);
  write(quote(listing));
}

function withoutLinks(message: string): string {
  return message.replace(/^<http.*$/gm, '');
}

/** What a program printed. */
function quote(printed: string): string {
  return printed.trimEnd().replaceAll('\t', '  ').replace(/^/gm, '  | ');
}
