import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ComposeResult } from '../../../lab/compose/inside';
import { projectDir } from '../../../lab/project';
import { requireBuild } from '../../support/build';

it('what docker-compose.yml starts takes an alert and pages, each part with the files that its container mounts', async () => {
  requireBuild();
  const command = [join(projectDir, 'dist/lab/compose.js')];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, command, { maxBuffer: 16 * 1024 * 1024 });
  const result = JSON.parse(stdout) as ComposeResult;
  expect(result.pages.join('\n')).toContain('ComposeCheck');
  expect(result.incidents).toEqual(
    expect.arrayContaining([expect.objectContaining({ service: expect.any(String) as string, status: 'triggered' })]),
  );
  expect(result.recorded).toEqual(['ComposeCheck']);
  expect(result.rules).toEqual(expect.arrayContaining(['KingfisherServiceDown', 'HalcyonNotReady']));
  expect(result.alertmanagers).toEqual([expect.stringContaining('alertmanager:9093')]);
  expect(result.intakeReady).toBe(true);
  // Of those that are not, docs/operations.md says why.
  const notRun = stderr.split('\n').filter((line) => line.includes('not run'));
  expect(notRun.map((line) => line.split(':')[0]).sort()).toEqual(['postgres', 'temporal-schema', 'ui']);
}, 900_000);
