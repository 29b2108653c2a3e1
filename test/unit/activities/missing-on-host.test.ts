import { missingOnHost } from '../../../src/activities/host/missing-on-host';
import type { ServiceName } from '../../../src/shared/observations/service';
import { hostSettings, serviceState } from './support/host';

const STORE = { unit: 'postgresql.service', url: 'postgres://h/d' };

function settings() {
  return { ...hostSettings('/opt/k', { user: 'root' }), dependencies: { postgres: STORE } };
}

const there = async ({ service }: { service: ServiceName }) => await Promise.resolve(serviceState({ service }));

it('has nothing to say of a host that has what is named', async () => {
  expect(await missingOnHost(settings(), { observeService: there })).toEqual([]);
});

it('names the key of each unit that is not there', async () => {
  const absent = async () => await Promise.resolve(serviceState({ load: 'not-found' }));
  expect(await missingOnHost(settings(), { observeService: absent })).toEqual([
    'agent.kingfisher.manager.unit: this host has no unit kingfisher.service',
    'agent.dependencies.postgres.unit: this host has no unit postgresql.service',
  ]);
});

it('names the key of each user that is not there, and does not call absent what it cannot see', async () => {
  const check = { command: ['/bin/true'], user: 'nobody-checks-here', timeoutMs: 1 };
  const wrong = hostSettings('/opt/k', { user: 'kingfsher', configCheck: check });
  const unseen = async () => await Promise.reject(new Error('no bus'));
  expect(await missingOnHost(wrong, { observeService: unseen })).toEqual([
    'agent.kingfisher.user: this host has no user kingfsher',
    'agent.kingfisher.configCheck.user: this host has no user nobody-checks-here',
  ]);
});

it('names a family of addresses that cannot be blocked without a program', async () => {
  const blocked = { format: 'nftables', never: ['10.0.0.1'], atMost: 1, widest: { ipv4: 32, ipv6: 64 } } as const;
  const family = { ...settings(), settings: { blocked: { ...blocked, never: [...blocked.never] } } };
  expect(await missingOnHost(family, { observeService: there }, '/nowhere/nft')).toEqual([
    'agent.settings.blocked: this host has no /nowhere/nft: install the package nftables',
  ]);
  expect(await missingOnHost(family, { observeService: there }, process.execPath)).toEqual([]);
});
