import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { auditAdvisories } from '../../../../src/host/audit/advisories';
import { runCommand } from '../../../../src/host/programs/commands';
import { useTempFolder } from '../support/temp-folder';

const folder = useTempFolder();
const { signal } = new AbortController();

/** A program in its place that says so and ends so. */
async function audit(said?: string, exitCode = 0) {
  if (said !== undefined) {
    await mkdir(folder.path('venv/bin'), { recursive: true });
    const lines = ['#!/usr/bin/env python3', 'import os, sys', `print('''${said}''')`];
    const place = `sys.exit(${exitCode} if os.environ["PIPAPI_PYTHON_LOCATION"].endswith("/venv/bin/python") else 9)`;
    await writeFile(folder.path('venv/bin/pip-audit'), [...lines, place, ''].join('\n'));
    await chmod(folder.path('venv/bin/pip-audit'), 0o755);
  }
  const environment = { venv: folder.path('venv'), user: userInfo().username, timeoutMs: 20_000 };
  return await auditAdvisories(environment, { run: runCommand, signal, places: [] });
}

it('names each known vulnerability and what fixes it; it exits with 1 then', async () => {
  const vulns = [
    { id: 'PYSEC-2024-1', fix_versions: ['2.32.0'], aliases: [] },
    { id: 'GHSA-x', fix_versions: [], aliases: [] },
  ];
  const dependencies = [
    { name: 'requests', version: '2.31.0', vulns },
    { name: 'pip', version: '24.0', vulns: [] },
    { name: 'own', skip_reason: 'not on the index' },
  ];
  const { findings, unknown, seen } = await audit(JSON.stringify({ dependencies, fixes: [] }), 1);
  expect(findings).toEqual([
    'requests 2.31.0: PYSEC-2024-1, fixed in 2.32.0',
    'requests 2.31.0: GHSA-x, not fixed yet',
  ]);
  expect(unknown).toEqual(['own: not on the index']);
  expect(seen).toBe(`2 packages of ${folder.path('venv')}`);
});

it('is not looked at where pip-audit is not installed, and not known where it says no list', async () => {
  expect(await audit()).toMatchObject({ findings: [], notLooked: ['pip-audit is not installed'] });
  await expect(audit('no connection', 1)).rejects.toMatchObject({ failure: 'ObservationFailed' });
});
