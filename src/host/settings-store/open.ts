import { HostError } from '../errors';
import type { AgentSettings, SettingPlace } from '../agent-settings';
import { createEnvironmentFormat } from './environment';
import { createFileStore } from './file';
import type { SettingStore } from './store';
import { createStructuredFormat } from './structured';
import { createTableStore } from './table';

/** The setting as this host's configuration places it, and the place. */
export interface OpenedSetting {
  place: SettingPlace;
  store: SettingStore;
}

/** @throws HostError `NotConfigured` for a setting that `agent.settings` does not name. */
export function openSetting(settings: AgentSettings, setting: string): OpenedSetting {
  const all = settings.settings ?? {};
  const place = Object.hasOwn(all, setting) ? all[setting] : undefined;
  if (place !== undefined) return { place, store: storeOf(settings, setting, place) };
  const remedy = 'name it under agent.settings in halcyon.yaml';
  throw new HostError('NotConfigured', `"${setting.slice(0, 100)}" is no setting of this host; ${remedy}`);
}

function storeOf(settings: AgentSettings, setting: string, place: SettingPlace): SettingStore {
  switch (place.format) {
    case 'json':
    case 'yaml':
      return createFileStore(place.file, createStructuredFormat(place.format, place.path));
    case 'env':
      return createFileStore(place.file, createEnvironmentFormat(place.variable, place));
    case 'table': {
      const { postgres } = settings.dependencies;
      if (postgres !== undefined) return createTableStore(postgres.url, place);
      throw new HostError('NotConfigured', `${setting} is in a table: agent.dependencies.postgres is missing`);
    }
  }
}
