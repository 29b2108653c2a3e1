import { z } from 'zod';
import { PLUGINS_AT_MOST, isPluginName } from '../../shared/observations/pipeline';
import type { PluginStatistics } from '../../shared/observations/pipeline';
import type { AskedSettings } from '../agent-settings';
import type { ProbeOptions } from '../probes/answers';
import { probeEndpoint } from '../probes/endpoint';

const BODY_LIMIT_BYTES = 1024 * 1024;
const ANY_2XX = { statuses: null, field: null };

const answer = z.object({ plugins: z.record(z.string(), z.object({ failures: z.number() })) });

/** What KingFisher's own statistics say of its plugins. Never throws for "they do not say". */
export async function readPluginStatistics(
  baseUrl: string,
  settings: AskedSettings,
  options: ProbeOptions,
): Promise<PluginStatistics> {
  const { path } = settings;
  const asked = { ...options, bodyLimitBytes: BODY_LIMIT_BYTES };
  const { endpoint, body } = await probeEndpoint(baseUrl, { ...settings, ...ANY_2XX }, asked);
  if (endpoint.answer !== 'ok') return { path, endpoint, failing: [] };
  const read = answer.safeParse(parsed(body));
  if (!read.success) {
    const detail = options.redact(`no list of plugins in: ${body}`, 200);
    return { path, endpoint: { ...endpoint, answer: 'malformed', detail }, failing: [] };
  }
  const failing = Object.entries(read.data.plugins)
    .filter(([name, { failures }]) => failures > 0 && isPluginName(name))
    .map(([plugin, { failures }]) => ({ plugin, failures }))
    .sort((a, b) => b.failures - a.failures)
    .slice(0, PLUGINS_AT_MOST);
  return { path, endpoint: { ...endpoint, detail: '' }, failing };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
