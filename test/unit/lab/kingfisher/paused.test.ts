import { mkdtempSync, rmSync, unwatchFile, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../../../lab/kingfisher/configuration';
import { Limits } from '../../../../lab/kingfisher/limits';
import { Analyses } from '../../../../lab/kingfisher/tasks/analysis';
import type { Tools } from '../../../../lab/kingfisher/tasks/analysis';
import { waitFor } from '../../../support/wait-for';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halcyon-kingfisher-'));
  file = join(folder, 'kingfisher.json');
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  unwatchFile(file);
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

function configure(automation: object): void {
  const others = { openai: { max_qps: 8 }, orchestrator: { max_workers: 8 } };
  writeFileSync(file, JSON.stringify({ ...others, ...automation }));
}

it('while automation is paused no analysis is begun, and what came is made afterwards', async () => {
  configure({ automation: { paused: true } });
  const limits = new Limits(file, readConfiguration(file));
  limits.watch();
  let made = 0;
  const metrics = { backlog: 0, analysis: { observe: () => made++ } };
  const images = { process: async () => await Promise.resolve() };
  const tools = { limits, metrics, images, plugins: { names: () => [] }, database: null, outbox: null, openai: null };
  const analyses = new Analyses(tools as unknown as Tools);
  analyses.arrive();
  analyses.arrive();
  analyses.begin({});
  expect(metrics.backlog).toBe(2);
  configure({ automation: { paused: false } });
  await waitFor(() => Promise.resolve(!limits.isPaused), { what: 'the setting to be taken again' });
  expect(made).toBe(0);
  analyses.begin({});
  await waitFor(() => Promise.resolve(made === 2), { what: 'both analyses' });
  expect(metrics.backlog).toBe(0);
});

it('is not paused where nobody says so', () => {
  configure({});
  expect(new Limits(file, readConfiguration(file)).isPaused).toBe(false);
});
