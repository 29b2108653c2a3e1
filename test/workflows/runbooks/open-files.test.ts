import type { OpenFiles } from '../../../src/shared/observations/service';
import { alert, closedByHand, incidentInput, resolvedWhenWell, startIncident } from '../../support/incidents';
import { SAFETY } from '../../support/safety';
import { recordHistory } from '../../support/temporal/record-history';
import { WorkflowSite } from '../../support/sites/workflow-site';

let site: WorkflowSite;

beforeEach(async () => {
  site = await WorkflowSite.up();
});
afterEach(async () => {
  await site?.down();
});

async function healed(seen: OpenFiles, name: string) {
  return await site.withHost(async (host, hostName) => {
    // It runs, and takes no connection.
    host.isDeaf = true;
    host.also.observeOpenFiles = async () => seen;
    const first = alert();
    const handle = await startIncident(site.env.client, hostName, first);
    const result = await resolvedWhenWell(handle, first);
    await recordHistory(handle, name);
    expect(result.outcome).toBe('healed');
    expect(host.restarts).toEqual(['kingfisher']);
    return result.findings.filter((finding) => finding.name === 'OpenFilesExhausted');
  });
}

it('a KingFisher that can open nothing more is named so, and restarted once', async () => {
  const findings = await healed({ pid: 42, open: 1_020, limit: 1_024 }, 'serviceDown.open-files');
  expect(findings).toMatchObject([{ cite: 'A.1', detail: 'pid 42 has 1020 of 1024 files open' }]);
});

it('one that has room is restarted for what else is wrong with it', async () => {
  expect(await healed({ pid: 42, open: 40, limit: 1_024 }, 'serviceDown.deaf')).toEqual([]);
});

it('is the one cause that is named where nothing may be changed', async () => {
  await site.withHost(async (host, name) => {
    host.isDeaf = true;
    host.also.observeOpenFiles = async () => ({ pid: 42, open: 1_020, limit: 1_024 });
    const input = incidentInput(name, { safety: { ...SAFETY, mode: 'observe' } });
    const view = await closedByHand(await startIncident(site.env.client, name, alert(), input));
    expect(view.cause?.title).toBe('KingFisher can open no more files');
    const would = view.timeline.filter(({ title }) => title.startsWith('Would '));
    expect(would.map(({ title }) => title)).toEqual(['Would restart KingFisher']);
    expect(host.restarts).toEqual([]);
  });
});
