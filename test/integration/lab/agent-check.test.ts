import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const NODE = '/opt/halcyon-node/bin/node';
const CONFIG = '/etc/halcyon/halcyon.yaml';

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.up('lacks', { host: { images: 1 } });
});
afterAll(async () => await site?.down());

/** `halcyon agent check` of an installation in this folder. */
async function check(installed: string): Promise<string[]> {
  const argv = [NODE, `${installed}/dist/src/cli.js`, 'agent', 'check', '--config', CONFIG];
  return (await site.host.exec(argv, { check: false })).stdout.trim().split('\n');
}

it('a host lacks what nobody gave it, and nothing else; its agent says the same once at its start', async () => {
  const lines = await check('/opt/halcyon');
  expect(lines).toEqual([expect.stringMatching(/^agent\.prometheus: not configured; B\.diagnosis, /)]);
  const logged = async () => {
    const journal = await site.host.journal('halcyon-agent.service', 1_000);
    const found = journal.split('\n').filter((line) => line.includes(lines[0]!));
    return found.length > 0 ? found : undefined;
  };
  expect(await waitFor(logged, { what: 'the agent to log it' })).toHaveLength(1);
});

it('KingFisher cannot run the decoder of an installation below /root', async () => {
  await site.host.exec(['mkdir', '-p', '--mode=700', '/root/halcyon']);
  await site.host.exec(['chmod', '700', '/root']);
  await site.host.exec(['mount', '--bind', '/opt/halcyon', '/root/halcyon']);
  const lines = await check('/root/halcyon');
  expect(lines).toContainEqual(expect.stringMatching(/^the decoder of images as kingfisher: .*; B\.2 goes without it/));
});

it('a path that is not there and a log that is none are lines', async () => {
  await site.host.exec(['sed', '-i', 's|/var/log/kingfisher/access.log|/var/log/kingfisher|', CONFIG]);
  await site.host.exec([
    'sed',
    '-i',
    's|^    clients:|    probes: { statistics: { path: /none } }\\n    clients:|',
    CONFIG,
  ]);
  const lines = await check('/opt/halcyon');
  expect(lines).toContainEqual(
    expect.stringMatching(/^the access log \/var\/log\/kingfisher: it cannot be read; C\.d/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^KingFisher's \/none: answers 404.*; B\.diagnosis goes without/));
});
