import type { Fact } from '../paging/escalation';
import type { IncidentView } from '../incident';
import { dependencyOf, heldFindings, unitIn } from './causes';
import { changesOf } from './changes';
import { conditionOf } from './condition';

interface Remedy {
  text: string;
  /** To paste into a shell of the host. */
  commands?: string[];
}

type RemedyFor = (detail: string, unit: string | null) => Remedy;

/** What people can do about a finding by hand, in one sentence; docs/errors.md and the runbook pages say more. */
const REMEDIES: Record<string, RemedyFor> = {
  AgentUnreachable: () => ({ text: 'see why its agent does not answer', commands: ['systemctl status halcyon-agent'] }),
  UnitMasked: (detail, unit) => ({
    text: 'somebody does not want it to run; if it should, unmask and start it',
    ...systemctl(unitIn(detail) ?? unit, 'unmask', 'start'),
  }),
  ConfigurationInvalid: (_, unit) => ({
    text: 'correct the configuration, then restart KingFisher',
    ...systemctl(unit, 'restart'),
  }),
  PortTaken: (_, unit) => ({
    text: 'end the process that holds the port, then start KingFisher',
    ...systemctl(unit, 'start'),
  }),
  DiskFull: (_, unit) => ({
    text: 'free space on that file system, then start KingFisher if it does not run',
    ...systemctl(unit, 'start'),
  }),
  DependencyRefused: (detail) => {
    const name = dependencyOf(detail);
    return { text: `correct the credentials, those that are configured or those in ${name}; a restart cannot help` };
  },
  PublishersBlocked: (detail) => ({
    text: /\bmemory\b/.test(detail)
      ? 'let consumers empty its queues, or raise vm_memory_high_watermark; a restart does not end the alarm'
      : "free space on the disk of RabbitMQ's data, above disk_free_limit; a restart does not end the alarm",
    commands: ['rabbitmq-diagnostics alarms', 'rabbitmqctl list_queues name messages memory'],
  }),
  DependencyPortBlocked: () => ({ text: 'take that rule out of the firewall, or let KingFisher through before it' }),
  TokenIssued: (detail) => ({ text: detail }),
  SourceShared: () => ({ text: 'if it is a proxy, let KingFisher log the address of the client behind it' }),
  AttackSuspected: () => ({ text: 'see who that is, and block it in front of the host where it goes on' }),
  SourcesDisagree: () => ({ text: 'see whether KingFisher writes this access log (agent.kingfisher.accessLog)' }),
  DatabaseSlow: (detail) => ({ text: /Suggestion: (.+)$/s.exec(detail)?.[1] ?? 'look at pg_stat_activity' }),
  OpenAiSlow: () => ({ text: 'see https://status.openai.com, and whether KingFisher can do without it for a while' }),
  CpuBusy: () => ({ text: 'see what keeps the CPUs busy, or give the host more of them' }),
  CpuTaken: () => ({ text: 'see whether that program has to run now, or with less (nice, CPUQuota=)' }),
  OpenAiQuota: () => ({ text: "raise the limit of OpenAI's account, or wait until it begins anew" }),
  OpenAiStillLimits: () => ({ text: 'see what else uses this OpenAI account, or ask for a higher limit' }),
  ImagesDenied: () => ({ text: 'see what keeps KingFisher from its images: a mount, an ACL, another user' }),
  PluginFails: () => ({ text: 'mend or switch off that plugin' }),
  AlertContradicted: () => ({ text: 'look at scraping and at the network between Prometheus and the host' }),
  AgentTooOld: () => ({ text: "install the controller's version of Halcyon on this host" }),
  NotAllowed: () => ({ text: 'allow it under agent.allow of this host, or do it by hand' }),
  UnknownAlert: () => ({ text: 'look at it, and map it under routes: or hosts: in halcyon.yaml' }),
};

/** For the findings that hold, each name once, at most two; where people have it and none says what to do, the next thing. */
export function remediesFor(view: IncidentView): Fact {
  const held = heldFindings(view);
  const unit = unitOf(view);
  const known = Object.entries(REMEDIES).flatMap(([name, remedy]) => {
    const finding = held.find((one) => one.name === name);
    return finding === undefined ? [] : [remedy(finding.detail, unit)];
  });
  const remedies = known.length > 0 ? known.slice(0, 2) : nextThing(view, unit);
  const commands = remedies.flatMap((remedy) => remedy.commands ?? []);
  const where = commands.length === 0 || view.host === null ? '' : `on ${view.host}: `;
  return { name: 'By hand', lines: remedies.map(({ text }) => `${where}${text}`), commands };
}

function nextThing(view: IncidentView, unit: string | null): Remedy[] {
  const condition = conditionOf(view);
  if (view.state !== 'waitingForPeople' || unit === null || condition === 'well' || condition === 'unknown') return [];
  const isTried = changesOf(view).some(({ result }) => result === 'done' || result === 'failed');
  return isTried
    ? [{ text: 'read why it does not run', commands: [`journalctl -u ${unit} -n 50 --no-pager`] }]
    : [{ text: 'restart KingFisher', ...systemctl(unit, 'restart') }];
}

function systemctl(unit: string | null, ...verbs: string[]): Pick<Remedy, 'commands'> {
  return unit === null ? {} : { commands: verbs.map((verb) => `systemctl ${verb} ${unit}`) };
}

/** KingFisher's unit as it was seen; null where no systemd runs it, or nobody could look. */
function unitOf({ timeline }: IncidentView): string | null {
  const seen = timeline.findLast(({ title, detail }) => title === 'State of KingFisher' && UNIT.test(detail));
  return seen === undefined ? null : UNIT.exec(seen.detail)![1]!;
}

const UNIT = /^([\w@.:-]+\.service) /;
