import type { DependencyName } from '../../shared/observations/service';
import { findProcess } from '../processes/process-table';

/** Where Debian's packages keep it. */
const OF_THE_PACKAGE: Record<DependencyName, string> = {
  postgres: '/var/lib/postgresql',
  redis: '/var/lib/redis',
  rabbitmq: '/var/lib/rabbitmq',
};

/**
 * Where a dependency keeps its data: as configured; else the working folder of its main process, which each of the three
 * makes its data's (no right to ask the server is needed); else where its package keeps it, for one that does not run.
 */
export async function findDataFolder(
  dependency: DependencyName,
  configured: string | undefined,
  mainPid: number | null,
): Promise<string> {
  if (configured !== undefined) return configured;
  const cwd = mainPid === null ? null : (await findProcess(mainPid))?.cwd;
  return cwd === null || cwd === undefined || cwd === '/' ? OF_THE_PACKAGE[dependency] : cwd;
}
