import { join } from 'node:path';
import { Ending } from '../support/ending';
import { PATIENT_GUARD, startStack } from '../stack';
import type { Stack } from '../stack';
import { StandInPagers } from '../stand-ins/pagers';
import { ChaosHost } from './chaos-host';
import { HOSTS } from './plan';
import type { Play } from './plan';
import type { SlackPage } from './record';
import { TIERS_S } from './verdict';

/** Temporal, controller, intake, pagers and a few hosts, as processes that can be killed one by one. */
export interface ChaosSite {
  stack: Stack;
  pagers: StandInPagers;
  hosts: ChaosHost[];
  /** What tiers posted in Slack so far. */
  pages(): SlackPage[];
  down(): Promise<void>;
}

const TIMES = {
  stabilityWindow: '200ms',
  steadyFor: '1s',
  startsPerHour: 100_000,
  healthyWithin: '3s',
  agentWithin: '4s',
};

/** @throws Error when a part does not come up; nothing is left running then */
export async function setUpChaos(directory: string, plays: Play[], say: (line: string) => void): Promise<ChaosSite> {
  const ending = new Ending();
  try {
    const site = await startParts(directory, plays, say, ending);
    return { ...site, pages: () => pagesIn(site.pagers), down: () => ending.run() };
  } catch (err) {
    await ending.run();
    throw err;
  }
}

async function startParts(directory: string, plays: Play[], say: (line: string) => void, ending: Ending) {
  const pagers = await StandInPagers.start();
  ending.add(() => pagers.stop());
  const [first, second, third] = TIERS_S.map((seconds) => `${seconds}s`);
  const outages = plays.filter(({ kind }) => kind === 'outage');
  const stack = await startStack({
    directory: join(directory, 'halcyon'),
    hosts: Object.fromEntries(HOSTS.map((name) => [name, { instances: [name], services: [] }])),
    runbooks: { serviceDown: TIMES },
    sections: {
      ...pagers.sections(first!, second!, third!),
      routes: Object.fromEntries(outages.map(({ name }) => [name, 'serviceDown'])),
      guard: PATIENT_GUARD,
    },
    env: pagers.env,
    onProgress: say,
  });
  ending.add(() => stack.stop());
  const starting = HOSTS.map(async (name) => {
    const host = await ChaosHost.start(name, join(directory, name), stack.temporal.address);
    ending.add(() => host.stop());
    return host;
  });
  // All of them, so that what came up is known, and ends, where one did not.
  await Promise.allSettled(starting);
  return { stack, pagers, hosts: await Promise.all(starting) };
}

function pagesIn({ slack }: StandInPagers): SlackPage[] {
  return slack.messages.flatMap(({ ts, metadata }) => {
    const { key = '' } = (metadata?.event_payload ?? {}) as { key?: string };
    return /^[^/]+\/\d+\/tier-\d+\//.test(key) ? [{ key, at: Number(ts) * 1_000 }] : [];
  });
}
