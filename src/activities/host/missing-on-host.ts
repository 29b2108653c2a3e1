import { existsSync } from 'node:fs';
import type { AgentSettings } from '../../host/agent-settings';
import { listUsers } from '../../host/programs/users';
import { NFT } from '../../host/settings-store/nft-table';
import type { ServiceName } from '../../shared/observations/service';
import type { ServiceActivities } from './service/service';

/**
 * What this agent's configuration names and its host does not have, one line a key. An agent with such a key runs, and
 * would fail there in the middle of an incident.
 */
export async function missingOnHost(
  settings: AgentSettings,
  { observeService }: Pick<ServiceActivities, 'observeService'>,
  nft = NFT,
): Promise<string[]> {
  const units = namedUnits(settings).map(async ([key, unit, service]) => {
    const state = await observeService({ service }).catch(() => null);
    return state?.load === 'not-found' ? [`agent.${key}: this host has no unit ${unit}`] : [];
  });
  const families = Object.keys(settings.settings).filter((name) => settings.settings[name]!.format === 'nftables');
  const users = new Set((await listUsers()).map(({ name }) => name));
  return [
    ...(await Promise.all(units)).flat(),
    ...namedUsers(settings)
      .filter(([, user]) => user !== undefined && !users.has(user))
      .map(([key, user]) => `agent.${key}: this host has no user ${user}`),
    ...families
      .filter(() => !existsSync(nft))
      .map((name) => `agent.settings.${name}: this host has no ${nft}: install the package nftables`),
  ];
}

function namedUnits({ kingfisher: { manager }, dependencies }: AgentSettings): [string, string, ServiceName][] {
  const own: [string, string, ServiceName][] =
    manager.type === 'systemd' ? [['kingfisher.manager.unit', manager.unit, 'kingfisher']] : [];
  const stores = (['postgres', 'redis', 'rabbitmq'] as const).flatMap((name): [string, string, ServiceName][] => {
    const store = dependencies[name];
    return store === undefined ? [] : [[`dependencies.${name}.unit`, store.unit, name]];
  });
  return [...own, ...stores];
}

function namedUsers({ kingfisher }: AgentSettings): [string, string | undefined][] {
  const { manager, configCheck, issueToken, pipeline } = kingfisher;
  return [
    ['kingfisher.user', kingfisher.user],
    ['kingfisher.manager.user', manager.type === 'process' ? manager.user : undefined],
    ['kingfisher.configCheck.user', configCheck?.user],
    ['kingfisher.issueToken.user', issueToken?.user],
    ['kingfisher.pipeline.pluginTest.user', pipeline.pluginTest?.user],
    ['kingfisher.owner.user', kingfisher.owner?.user],
  ];
}
