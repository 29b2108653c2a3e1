import type { Allowance } from '../../shared/safety/allowance';
import { HostError } from '../errors';
import type { CommandRunner } from '../programs/commands';
import type { AgentSettings, FamilySettings, SettingLimits, SettingPlace } from '../agent-settings';
import { writersOf } from '../files/writers';
import { createEnvironmentFormat } from './environment';
import { createFileStore } from './file';
import { parseNetwork } from '../network';
import { createNftablesStore } from './nftables';
import type { SettingStore } from './store';
import { createStructuredFormat } from './structured';
import { createTableStore } from './table';

/** Of a member of a family: what may be written, and that nothing has to be made to take it. */
const MEMBER = { oneOf: ['blocked', 'unblocked'], apply: 'none' } as const;

/** What may be written, what makes KingFisher take it, and the place itself. */
export interface OpenedSetting {
  place: SettingLimits & Pick<SettingPlace, 'apply'>;
  store: SettingStore;
}

interface Opening {
  run: CommandRunner;
  /** How long the value is wanted, from now: a place that can ends it by itself. Absent for an undo. */
  forMs?: number | undefined;
}

/**
 * The setting as this host's configuration places it: by its name, or as a member of a family, `blockedAddress[203.0.113.9]`.
 *
 * @throws HostError `NotConfigured` for a setting that `agent.settings` does not name, `UnsafeSelector` for a key that is no
 *   member of its family.
 */
export function openSetting(settings: AgentSettings, setting: string, { run, forMs }: Opening): OpenedSetting {
  const { name, key } = namesOf(setting);
  const found = configured(settings, name);
  const isFamily = found?.format === 'nftables';
  if (found === undefined || isFamily !== (key !== undefined)) throw unknown(setting, isFamily);
  if (!isFamily) return { place: found, store: storeOf(settings, setting, found) };
  const place = { ...MEMBER, oneOf: [...MEMBER.oneOf] };
  return { place, store: createNftablesStore({ run, family: found, network: memberOf(setting, key!), forMs }) };
}

/** The word of `agent.allow` that a change of this setting needs. */
export function allowanceOf(settings: AgentSettings, setting: string): Allowance {
  return configured(settings, namesOf(setting).name)?.format === 'nftables' ? 'blockAddress' : 'changeSettings';
}

/** No setting's name has a bracket: what stands in it is a member's key. */
function namesOf(setting: string): { name: string; key?: string } {
  const [, name, key] = /^([^[]+)\[(.*)\]$/s.exec(setting) ?? [];
  return name === undefined || key === undefined ? { name: setting } : { name, key };
}

function configured({ settings }: AgentSettings, name: string): SettingPlace | FamilySettings | undefined {
  return Object.hasOwn(settings, name) ? settings[name] : undefined;
}

/** One address has one spelling, and so one lease. */
function memberOf(setting: string, key: string) {
  const network = parseNetwork(key);
  const shown = JSON.stringify(setting.slice(0, 100));
  if (network === undefined) {
    throw new HostError('UnsafeSelector', `${shown}: its key is no IPv4 or IPv6 address and no network`);
  }
  if (!network.isWhole) throw new HostError('UnsafeSelector', `${shown}: the network does not begin at this address`);
  if (network.text === key) return network;
  throw new HostError('UnsafeSelector', `${shown}: write the address as ${network.text}`);
}

function unknown(setting: string, isFamily: boolean): HostError {
  const shown = JSON.stringify(setting.slice(0, 100));
  if (isFamily) return new HostError('NotConfigured', `${shown} is a family: name a member, ${setting}[203.0.113.9]`);
  const remedy = 'name it under agent.settings in halcyon.yaml';
  return new HostError('NotConfigured', `${shown} is no setting of this host; ${remedy}`);
}

function storeOf(settings: AgentSettings, setting: string, place: SettingPlace): SettingStore {
  const writers = async () => await writersOf(settings.kingfisher);
  switch (place.format) {
    case 'json':
    case 'yaml':
      return createFileStore(place.file, createStructuredFormat(place.format, place.path), { writers });
    case 'env':
      return createFileStore(place.file, createEnvironmentFormat(place.variable, place), { writers });
    case 'table': {
      const { postgres } = settings.dependencies;
      if (postgres !== undefined) return createTableStore(postgres.url, place);
      throw new HostError('NotConfigured', `${setting} is in a table: agent.dependencies.postgres is missing`);
    }
  }
}
