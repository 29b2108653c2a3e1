import type { IncidentView } from '../../../src/shared/incident';
import { closedByHand } from '../../support/incidents';
import { LabSite } from '../../support/sites/lab-site';
import { waitFor } from '../../support/wait-for';

const STATE = '/var/lib/halcyon';
const names = (view: IncidentView) => view.findings.map((finding) => finding.name);

let site: LabSite;

beforeAll(async () => {
  site = await LabSite.up('fd', { host: { size: '400m', images: 1 } });
}, 240_000);
afterAll(async () => {
  await site?.down();
});

const sh = (script: string) => site.host.exec(['/bin/sh', '-c', script], { check: false });

/** A log that somebody forgot to rotate takes all that is left of `/`. */
async function fillRoot(): Promise<void> {
  await sh('cat /dev/zero > /var/log/runaway.log; sync; cat /dev/zero >> /var/log/runaway.log');
  const { exitCode } = await sh('echo x > /var/lib/one-more');
  expect(exitCode).not.toBe(0);
}

describe('a host whose root file system is full', () => {
  afterEach(async () => await sh('rm -f /var/log/runaway.log'));

  it('is cleaned up, its service is started, and the disk is named', async () => {
    // Tokens of an incident before: the file of the newest is there.
    const before = (await sh(`ls -A ${STATE}`)).stdout;
    await fillRoot();
    await site.host.systemctl('kill', '--signal=KILL', 'kingfisher.service');
    const incident = await site.alert();
    await waitFor(async () => (await site.host.property('kingfisher.service', 'ActiveState')) === 'active', {
      what: 'KingFisher to run again',
      deadlineMs: 60_000,
    });
    const view = await closedByHand(incident);
    expect(view.outcome).toBe('healed');
    expect(names(view)).toContain('DiskFull');
    expect(view.findings.find(({ name }) => name === 'DiskFull')?.detail).toMatch(/^\/ .*100 % used/);
    expect(JSON.stringify(view)).not.toMatch(/mode 0700|correct agent\.stateDir/);
    const cleanUp = view.timeline.filter(({ title }) => title === 'Remove old temporary files');
    expect(cleanUp.map(({ status }) => status)).toEqual([expect.stringMatching(/^(?:done|noChange)$/)]);
    expect((await sh(`ls -A ${STATE}`)).stdout).toBe(before);
  });
});
