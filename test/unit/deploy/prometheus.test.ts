import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { readRules } from '../../../lab/monitoring/monitoring-config';

const DEPLOY = resolve(__dirname, '../../../deploy');

const ALERTS = {
  KingfisherServiceDown: 'critical',
  KingfisherPipelineFailuresHigh: 'critical',
  KingfisherSecurityViolationsHigh: 'critical',
  KingfisherAnalysisLatencyHigh: 'warning',
  KingfisherImageProcessingStalled: 'warning',
  KingfisherOutboxEventsStuck: 'warning',
};

/** The anchors that GitHub gives the headings of a page. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
}

describe('kingfisher.rules.yml', () => {
  const rules = readRules().groups.flatMap((group) => group.rules);

  it('has the six alerts of the runbooks with their severity', () => {
    expect(Object.fromEntries(rules.map((rule) => [rule.alert, rule.labels.severity]))).toEqual(ALERTS);
  });

  it.each(rules)('$alert names its service, team and runbook', ({ labels, annotations }) => {
    expect(labels).toMatchObject({ service: 'zmart-kingfisher', team: 'trading-ai' });
    expect(Object.keys(annotations).sort()).toEqual(['description', 'runbook_url', 'summary']);
    const [, page = '', anchor = ''] = /\/(docs\/[a-z/-]+\.md)#([a-z-]+)$/.exec(annotations.runbook_url ?? '') ?? [];
    expect(anchorsOf(join(DEPLOY, '..', page))).toContain(anchor);
    expect(annotations.summary).toContain('{{ $labels.instance }}');
  });
});

describeWith('promtool', (run) => {
  it('accepts the rules and the example configuration', () => {
    expect(
      run(['check', 'rules', 'kingfisher.rules.yml', 'kingfisher-monitoring.rules.yml', 'halcyon.rules.yml']),
    ).toBe(0);
    expect(run(['check', 'config', 'prometheus.yml'])).toBe(0);
  });

  it.each(['kingfisher.test.yml', 'kingfisher-business-hours.test.yml', 'halcyon.test.yml'])(
    'passes the rule tests of %s',
    (file) => {
      expect(run(['test', 'rules', file])).toBe(0);
    },
  );
});

describeWith('amtool', (run) => {
  it('accepts the example configuration', () => {
    expect(run(['check-config', '../alertmanager/alertmanager.yml'])).toBe(0);
  });
});

describeWith('prometheus-blackbox-exporter', (run) => {
  it('accepts the module', () => {
    expect(run(['--config.check', '--config.file=../blackbox/blackbox.yml'])).toBe(0);
  });
});

type Run = (args: string[]) => number;

/** Skips, and says why, where the program is not installed. */
function describeWith(program: string, tests: (run: Run) => void): void {
  const path = (process.env.PATH ?? '').split(delimiter).find((folder) => existsSync(join(folder, program)));
  if (path !== undefined) describe(program, () => tests((args) => runProgram(program, args)));
  else describe.skip(`${program} (skipped: ${program} is not on PATH)`, () => tests(() => 0));
}

function runProgram(program: string, args: string[]): number {
  const result = spawnSync(program, args, { cwd: join(DEPLOY, 'prometheus'), encoding: 'utf8', timeout: 60_000 });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${program} ${args.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.status;
}
