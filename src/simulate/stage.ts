import type { Client } from '@temporalio/client';
import type { Config } from '../config';
import { ALLOWANCES, ALLOWED_BY_DEFAULT } from '../shared/safety/allowance';
import type { CauseScenario, World } from './causes/cause';
import type { Scenario } from './script/scenario';
import { ScriptedHost } from './script/scripted-host';
import { ScriptedSettings } from './script/scripted-settings';
import type { VirtualTime } from './time/virtual-time';
import { createPatientWait, createWatch } from './watch';

/** What stands in for a host and its agent. */
export interface Stage {
  activities: object;
  /** Settings that may get a lease of their own. */
  settings: string[];
  /** Everything that was changed on it, in order. */
  changes: () => string[];
}

interface Playing {
  config: Config;
  scenario: Scenario;
  time: VirtualTime;
  client: Client;
}

/** KingFisher is down and no remedy helps, until the time comes at which it is well. */
export function outage({ config, scenario: { wellAfterMs }, time, client }: Playing): Stage {
  const host = timedHost(time, (now) => {
    if (now >= (wellAfterMs ?? Infinity) && host.broken.delete('kingfisher')) host.up.kingfisher = true;
  });
  host.up.kingfisher = false;
  host.broken.add('kingfisher');
  host.recoveryHelps = false;
  host.allow = config.agent?.allow ?? [...ALLOWED_BY_DEFAULT];
  const watch = createWatch({ host, time, client, wellAfterMs });
  return { activities: { ...host.activities(), ...watch }, settings: [], changes: () => changesOf(host) };
}

/** A host with this cause, on which the remedy of its page helps. */
export function hostWith({ given }: CauseScenario, { config, time, client }: Omit<Playing, 'scenario'>): Stage {
  const world: World = { host: timedHost(time), settings: new ScriptedSettings() };
  const { host, settings } = world;
  host.allow = config.agent?.allow ?? [...ALLOWANCES];
  Object.assign(settings.values, USUAL);
  host.pipeline.isPaused = () => settings.values['automation.paused'] === true;
  given(world);
  settings.afterWrite = () => feel(world);
  return {
    activities: { ...host.activities(), ...settings.activities(), ...createPatientWait({ host, time, client }) },
    settings: [...Object.keys(settings.values), ...host.access.addresses.map(({ name }) => `blockedAddress[${name}]`)],
    changes: () => [...changesOf(host), ...settings.calls.filter((call) => call === 'ensureSetting')],
  };
}

const USUAL = {
  'openai.max_qps': 8,
  'automation.paused': false,
  'orchestrator.max_workers': 8,
  'orchestrator.fallback_mode': false,
  'rate_limit.per_minute': 60,
} as const;

/** What KingFisher does with a setting that was changed. */
function feel({ host, settings: { values } }: World): void {
  const isBelow = (setting: 'openai.max_qps' | 'orchestrator.max_workers') => Number(values[setting]) < USUAL[setting];
  if (isBelow('openai.max_qps')) delete host.pipeline.failing.rateLimit;
  if (isBelow('orchestrator.max_workers')) host.latency.isCpuBusy = false;
  if (values['orchestrator.fallback_mode'] === true) host.latency.openaiMs = 120;
  const isRaised = Number(values['rate_limit.per_minute']) > USUAL['rate_limit.per_minute'];
  if (isRaised || Object.values(values).includes('blocked')) host.access.isGoingOn = false;
}

/** A host that knows the time of the simulation. */
function timedHost(time: VirtualTime, onTime: (ms: number) => void = () => undefined): ScriptedHost {
  let now = '';
  const host = new ScriptedHost(() => now);
  host.before = async () => {
    const ms = await time.now();
    now = time.serverTime(ms);
    onTime(ms);
  };
  return host;
}

function changesOf(host: ScriptedHost): string[] {
  return host.calls.filter((call) => call.startsWith('ensure'));
}
