import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { stepsOfPage } from '../../../../src/shared/report/page-steps';
import { RUNBOOK_NAMES } from '../../../../src/shared/runbooks';

const PAGES = path.resolve(__dirname, '../../../../docs/runbooks');

it('are those of the pages in docs/runbooks, in their order', () => {
  const written = readdirSync(PAGES).flatMap((name) =>
    [...readFileSync(path.join(PAGES, name), 'utf8').matchAll(/<a id="([A-Z]\.\d+)">/g)].map(([, cite]) => cite!),
  );
  expect(RUNBOOK_NAMES.flatMap(stepsOfPage).sort()).toEqual(written.sort());
  expect(stepsOfPage('serviceDown')).toEqual(['A.1', 'A.2', 'A.3']);
  expect(stepsOfPage('unknownAlert')).toEqual([]);
});
