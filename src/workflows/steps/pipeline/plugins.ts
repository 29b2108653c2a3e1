import type { PluginStatistics, PluginTest } from '../../../shared/observations/pipeline';
import type { Incident } from '../../incident/incident';
import type { HostSteps, StepReport } from '../../runbook/host-steps';
import { endpointLine } from '../kingfisher/health';

/** The agent's own limit of one test is a minute at the most. */
const TEST_MS = 60_000;

/** What KingFisher's statistics say of its plugins. */
export function observePluginStatistics(cite: string, steps: HostSteps): Promise<PluginStatistics | undefined> {
  return steps.observe(
    { cite, title: 'Statistics of plugins' },
    (host) => host.observePluginStatistics(),
    describeStatistics,
  );
}

/**
 * Tests each plugin by itself, one after the other, by the configured command. Those that fail are findings; gives their
 * names. Undefined where the host has no such command.
 */
export async function testPlugins(
  cite: string,
  plugins: string[],
  steps: HostSteps,
  incident: Incident,
): Promise<string[] | undefined> {
  const failed: string[] = [];
  for (const plugin of plugins) {
    const test = await steps.wait(
      { cite, title: `Test plugin ${plugin}` },
      TEST_MS,
      (host) => host.testPlugin({ plugin }),
      describeTest,
      'look',
    );
    if (test === undefined) return undefined;
    if (test.result !== 'failed') continue;
    failed.push(plugin);
    incident.addFinding('PluginFails', cite, `plugin ${plugin} fails by itself: ${test.output}`);
  }
  return failed;
}

export function describeStatistics({ path, endpoint, failing }: PluginStatistics): StepReport {
  if (endpoint.answer !== 'ok') {
    const said = endpoint.detail === '' ? '' : `: ${endpoint.detail}`;
    return { status: 'notSo', detail: `${path} answers ${endpointLine(endpoint)}, nothing is known${said}` };
  }
  if (failing.length === 0) return `${path}: no plugin failed since the start`;
  return `${path}: ${failing.map(({ plugin, failures }) => `${plugin} failed ${failures} times`).join(', ')}`;
}

export function describeTest({ result, output }: PluginTest): StepReport {
  const said = output === '' ? '' : `: ${output}`;
  return result === 'passed' ? `it works${said}` : { status: 'notSo', detail: `${result}${said}` };
}
