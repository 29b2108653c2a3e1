import type { AgentSettings } from '../../host/agent-settings';
import { createHostActivities } from '.';
import { missingOnHost } from './missing-on-host';
import { missingOnSite } from './site/missing-on-site';

/** `halcyon agent check`: what this host has not, of what its configuration names and of what the pages ask for. Only looks. */
export async function checkAgent(settings: AgentSettings): Promise<string[]> {
  const activities = createHostActivities(settings);
  const [host, site] = await Promise.all([
    missingOnHost(settings, activities),
    missingOnSite({ settings, activities }),
  ]);
  return [...host, ...site];
}
