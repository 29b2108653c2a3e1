import { setMaxListeners } from 'node:events';
import { OpenIncidents } from './open-incidents';
import { leaseEnds, untilAllOver } from './leftovers';
import { perform } from './plays';
import type { Play } from './plan';
import type { ChaosRecord } from './record';
import type { ChaosSite } from './site';
import { Strikes } from './strikes';

export interface ChaosRun {
  record: ChaosRecord;
  kills: number;
}

/**
 * Plays wave after wave while the seed strikes, then lets everything come to its end.
 *
 * @throws AbortError when the signal is aborted
 */
export async function runChaos(
  site: ChaosSite,
  { plays, seed }: { plays: Play[]; seed: number },
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<ChaosRun> {
  const incidents = new OpenIncidents();
  const striking = new AbortController();
  const strikes = new Strikes(site, incidents, say);
  const struck = strikes.run(seed, AbortSignal.any([striking.signal, signal]));
  try {
    for (const wave of new Set(plays.map((play) => play.wave))) {
      const together = plays.filter((play) => play.wave === wave);
      say(`wave ${wave + 1}: ${together.length} incidents begin`);
      await allOrNone(together, signal, async (play, isOver) => await perform(site, incidents, play, isOver));
    }
  } finally {
    striking.abort();
    await struck;
  }
  await strikes.supervise();
  say(`all were closed; struck: ${JSON.stringify(strikes.counts)}`);
  const open = await untilAllOver(site, signal);
  const leases = await leaseEnds(site.stack.client, signal);
  const record: ChaosRecord = {
    incidents: incidents.all,
    pages: site.pages(),
    rings: site.pagers.pagerduty.incidents,
    hosts: site.hosts.map((host) => host.record()),
    leases,
    open,
  };
  say(volumeOf(record));
  return { record, kills: strikes.total };
}

/** Where one fails the others end too; resolves or rejects when all have: nobody talks to what is taken down then. */
async function allOrNone(
  plays: Play[],
  signal: AbortSignal,
  play: (play: Play, isOver: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const isOver = AbortSignal.any([signal, failed.signal]);
  // Each incident that is open waits for it.
  setMaxListeners(Infinity, isOver);
  const playing = plays.map((one) => play(one, isOver));
  try {
    await Promise.all(playing);
  } finally {
    failed.abort();
    await Promise.allSettled(playing);
  }
}

/** How much there was to go wrong. */
function volumeOf({ pages, rings, hosts, leases }: ChaosRecord): string {
  const begun = hosts.flatMap(({ changes }) => changes).filter(({ phase }) => phase === 'begin');
  const holders = new Set(begun.map(({ holder }) => holder)).size;
  const undone = leases.filter(({ state }) => state === 'undone').length;
  return (
    `${pages.length} pages in Slack, ${rings.length} incidents in PagerDuty; ${begun.length} changes by ${holders} holders; ` +
    `${leases.length} leases, ${undone} of them in effect for a while`
  );
}
