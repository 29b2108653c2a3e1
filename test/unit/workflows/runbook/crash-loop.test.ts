import { Incident } from '../../../../src/workflows/incident/incident';
import { noteNotWellAnyMore } from '../../../../src/workflows/runbook/crash-loop';
import type { Watched } from '../../../../src/workflows/runbook/watched';
import { POLICY, incidentInput } from '../../../support/incidents';

const REDIS: Watched = { subject: 'Redis', reading: { reading: 'dependency', dependency: 'redis' } };

/** It was not well, was mended `lastedMs` ago, and is not well any more. */
function afterMs(lastedMs: number, watch: Watched | null) {
  const now = () => new Date(Date.now()).toISOString();
  const incident = new Incident(incidentInput('h1'), now, () => undefined);
  incident.noteNotWell();
  incident.noteWell(lastedMs, 'healed');
  const called: string[] = [];
  const safety = { escalateNow: (why: string) => void called.push(why) };
  noteNotWellAnyMore(incident, safety, { page: 'X', watch }, 'redis refused');
  return { called, findings: incident.view.findings.map(({ name, detail }) => `${name}: ${detail}`), incident };
}

it('a service that dies soon after it was well is in a crash loop, by its own name', () => {
  const { called, findings } = afterMs(60_000, { ...REDIS, isService: true });
  expect(findings).toEqual([
    expect.stringMatching(/^CrashLoop: Redis died again .* after it was well: redis refused$/),
  ]);
  expect(called).toHaveLength(1);
});

it.each([
  ['a service that was steady', POLICY.steadyForMs, { ...REDIS, isService: true as const }],
  ['what is no service', 60_000, REDIS],
  ['what nobody can look at', 60_000, null],
])('%s is not well any more, and nobody is called for that', (_what, lastedMs, watch) => {
  const { called, findings, incident } = afterMs(lastedMs, watch);
  expect([...called, ...findings]).toEqual([]);
  expect(incident.story).toMatchObject({ wellSince: null, mended: null, wasNotWell: true });
});
