import { redactingEnvironments } from '../../../host/redact';
import type { Redact } from '../../../host/redact';
import { readKnownEnvironments } from '../../../host/services/service-environment';
import type { AgentSettings } from '../../../host/agent-settings';
import type { ServiceName } from '../../../shared/observations/service';
import type { HostDeps } from './deps';

/**
 * Masks the secrets of a service's own environment as well: a service that cannot start often prints what it was given, and
 * Halcyon's own settings do not have that. Where the environment cannot be read, what is known otherwise is masked still.
 */
export async function logRedactorOf(
  service: ServiceName,
  { settings, redact, run }: Pick<HostDeps, 'settings' | 'redact' | 'run'>,
  signal?: AbortSignal,
): Promise<Redact> {
  const manager = managerOf(service, settings);
  if (manager === undefined) return redact;
  try {
    return redactingEnvironments(redact, await readKnownEnvironments(manager, run, signal));
  } catch {
    return redact;
  }
}

function managerOf(service: ServiceName, { kingfisher, dependencies }: AgentSettings) {
  if (service === 'kingfisher') return kingfisher.manager;
  const unit = dependencies[service]?.unit;
  return unit === undefined ? undefined : ({ type: 'systemd', unit } as const);
}
