import { notConfigured } from '../../../host/services/service-managers';
import { observeDependencyPath } from '../../../host/stores/dependency-path';
import type { DependencyPath } from '../../../shared/observations/probes';
import type { DependencyName } from '../../../shared/observations/service';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';

export interface DependencyPathActivities {
  /**
   * A.2, F.2: `telnet localhost 5672`, `iptables -L`, with numeric ports, for the port of any dependency. Null for one that is
   * reached by a Unix socket. Reads only.
   */
  observeDependencyPath(input: { dependency: DependencyName }): Promise<DependencyPath | null>;
}

/** Why a dependency that runs cannot be reached. */
export function createDependencyPathActivities({ settings, redact, run }: HostDeps): DependencyPathActivities {
  return {
    observeDependencyPath: asActivity(redact, async ({ signal }, { dependency }) => {
      const store = settings.dependencies[dependency];
      if (store === undefined) throw notConfigured(`dependencies.${dependency}`);
      const path = await observeDependencyPath({ dependency, url: store.url }, run, signal);
      if (path === null) return null;
      return { ...path, rules: path.rules.map(({ chain, rule }) => ({ chain, rule: redact(rule) })) };
    }),
  };
}
