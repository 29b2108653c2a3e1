import { readDatabaseLoad } from '../../../host/stores/database-load';
import { timeFirstByte } from '../../../host/probes/first-byte';
import { notConfigured } from '../../../host/services/service-managers';
import type { DatabaseLoad, DatabaseTerms } from '../../../shared/observations/latency/database-load';
import type { OpenAiState } from '../../../shared/observations/latency/latency';
import type { LoadState } from '../../../shared/observations/latency/load';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { observeLoad } from './load';

export interface LatencyActivities {
  /** D.diagnosis: `uptime`, `iostat 1 5`, `ps aux`: what the host is busy with, in a window of at most ten seconds. */
  observeLoad(input: { windowMs: number }): Promise<LoadState>;
  /** D.3: `pg_stat_statements`, sessions that are in the way, tables that are read from end to end. */
  observeDatabaseLoad(input: DatabaseTerms): Promise<DatabaseLoad>;
  /** D.4: `curl -w … https://api.openai.com/v1/models`: the time to the first byte. */
  observeOpenAi(): Promise<OpenAiState>;
}

/** D: what makes analyses slow. */
export function createLatencyActivities(deps: HostDeps): LatencyActivities {
  const { settings, redact } = deps;
  return {
    observeLoad: asActivity(redact, async ({ signal }, { windowMs }) => await observeLoad(deps, windowMs, signal)),
    observeDatabaseLoad: asActivity(redact, async ({ signal }, terms) => {
      const { postgres } = settings.dependencies;
      if (postgres === undefined) throw notConfigured('dependencies.postgres');
      return await readDatabaseLoad(postgres.url, terms, { redact, signal });
    }),
    observeOpenAi: asActivity(redact, async ({ signal }) => {
      if (settings.openai === null) throw notConfigured('openai');
      return await timeFirstByte(settings.openai, { redact, signal });
    }),
  };
}
