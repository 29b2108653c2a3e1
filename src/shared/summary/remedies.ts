import type { IncidentView } from '../incident';
import { heldFindings } from './causes';

/** What people can do about a finding by hand, in one sentence; docs/errors.md and the runbook pages say more. */
const REMEDIES: Record<string, (host: string) => string> = {
  AgentUnreachable: (host) => `on ${host}: systemctl status halcyon-agent`,
  UnitMasked: (host) => `somebody does not want it to run; if it should: systemctl unmask on ${host}`,
  ConfigurationInvalid: () => 'correct the configuration, then restart KingFisher',
  PortTaken: () => 'end the process that holds the port, then start KingFisher',
  DiskFull: () => 'free space on that file system',
  DependencyDenied: () => 'correct the credentials; a restart cannot help',
  AlertContradicted: () => 'look at scraping and at the network between Prometheus and the host',
  AgentTooOld: (host) => `install the controller's version of Halcyon on ${host}`,
  NotAllowed: (host) => `allow it under agent.allow of ${host}, or do it by hand`,
  UnknownAlert: () => 'look at it, and map it under routes: or hosts: in halcyon.yaml',
};

/** For the findings that hold, each once, at most two. */
export function remediesFor(view: IncidentView): string[] {
  const names = new Set(heldFindings(view).map(({ name }) => name));
  const host = view.host ?? 'the host';
  return Object.entries(REMEDIES)
    .filter(([name]) => names.has(name))
    .slice(0, 2)
    .map(([, remedy]) => remedy(host));
}
