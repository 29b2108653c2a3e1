import type { DependencyName, ServiceName } from '../../shared/observations/service';
import type { CommandRunner } from '../programs/commands';
import { HostError } from '../errors';
import { portOf } from '../processes/ports';
import { ProcessManager } from './process-manager';
import type { Redact } from '../redact';
import type { ServiceManager } from './service-manager';
import type { AgentSettings } from '../agent-settings';
import { SystemdManager } from './systemd';

/** @throws HostError `NotConfigured` for a service that this host's configuration does not name. */
export type FindManager = (service: ServiceName) => ServiceManager;

/** One manager for each service that the configuration names. */
export function createServiceManagers(settings: AgentSettings, run: CommandRunner, redact: Redact): FindManager {
  const managers = new Map<ServiceName, ServiceManager>([['kingfisher', kingfisherManager(settings, run, redact)]]);
  for (const [name, dependency] of Object.entries(settings.dependencies)) {
    if (dependency === undefined) continue;
    const service = name as DependencyName;
    managers.set(service, new SystemdManager({ service, unit: dependency.unit }, run));
  }
  return function findManager(service) {
    const manager = managers.get(service);
    if (manager === undefined) throw notConfigured(`dependencies.${service}`);
    return manager;
  };
}

/** The failure of asking for something that the agent's configuration does not name. */
export function notConfigured(name: string): HostError {
  return new HostError('NotConfigured', `${name} is not configured on this host; name it under agent: in halcyon.yaml`);
}

function kingfisherManager({ kingfisher }: AgentSettings, run: CommandRunner, redact: Redact): ServiceManager {
  const { manager, baseUrl } = kingfisher;
  if (manager.type === 'systemd') return new SystemdManager({ service: 'kingfisher', unit: manager.unit }, run);
  return new ProcessManager({ service: 'kingfisher', settings: manager, port: portOf(baseUrl) }, redact, run);
}
