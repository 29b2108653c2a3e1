import { readPluginStatistics } from '../../../host/pipeline/plugin-statistics';
import type { ErrorLines, FailuresState, PluginStatistics, PluginTest } from '../../../shared/observations/pipeline';
import type { HostDeps } from '../core/deps';
import { asActivity } from '../core/run';
import { observeErrorLines } from './error-lines';
import { observeFailures } from './failures';
import { testPlugin } from './plugin-test';

export interface PipelineActivities {
  /** B.diagnosis: by how much failures rose in the window, by step and reason, and what they are of. */
  observeFailures(input: { windowMs: number }): Promise<FailuresState>;
  /** B.diagnosis: `grep -i error service.log`: lines of errors of the window, by kind. */
  observeErrorLines(input: { windowMs: number }): Promise<ErrorLines>;
  /** B.diagnosis: `curl …/master-summary/statistics`: plugins that failed since the start of KingFisher. */
  observePluginStatistics(): Promise<PluginStatistics>;
  /** B.4: `step5_runner.py --plugin … --symbol …`, as the configured command. Errors: `NotConfigured`, `UnsafeSelector`. */
  testPlugin(input: { plugin: string }): Promise<PluginTest>;
}

/** B: what KingFisher says of the steps of its pipeline that fail. */
export function createPipelineActivities(deps: HostDeps): PipelineActivities {
  const { settings, redact } = deps;
  const { baseUrl, probes } = settings.kingfisher;
  return {
    observeFailures: asActivity(redact, async ({ signal }, { windowMs }) => {
      return await observeFailures(deps, windowMs, signal);
    }),
    observeErrorLines: asActivity(redact, async ({ signal }, { windowMs }) => {
      return await observeErrorLines(deps, windowMs, signal);
    }),
    observePluginStatistics: asActivity(redact, async ({ signal }) => {
      return await readPluginStatistics(baseUrl, probes.statistics, { redact, signal });
    }),
    testPlugin: asActivity(redact, async ({ signal }, { plugin }) => await testPlugin(deps, plugin, signal)),
  };
}
