import { findDataFolder } from '../../../host/files/data-folder';
import type { DependencyName } from '../../../shared/observations/service';
import type { HostDeps } from './deps';

/** Where the configured dependencies keep their data. A unit that cannot be observed counts as one that does not run. */
export async function findDataFolders({ settings, findManager }: HostDeps, signal: AbortSignal): Promise<string[]> {
  const configured = Object.entries(settings.dependencies).filter(([, store]) => store !== undefined);
  return await Promise.all(
    configured.map(async ([name, store]) => {
      const dependency = name as DependencyName;
      const unit = await findManager(dependency)
        .observe(signal)
        .catch(() => null);
      return await findDataFolder(dependency, store?.dataDir, unit?.mainPid ?? null);
    }),
  );
}
