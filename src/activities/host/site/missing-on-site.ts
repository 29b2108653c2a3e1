import { errorText } from '../../../host/errors';
import { runCommand } from '../../../host/programs/commands';
import { isAllowed } from '../../../shared/safety/allowance';
import { endpointNeeds } from './endpoints';
import { fileNeeds } from './files';
import type { Need, Site } from './need';
import { outsideNeeds } from './outside';
import { programNeeds } from './programs';
import { settingNeeds } from './settings';
import { storeNeeds } from './stores';

/**
 * What the pages ask this host for and do not get, one line each: what is missing, which places of the document go without
 * it, and what to do. A page works with what is left; this says what that is before an incident does. Only looks.
 */
export async function missingOnSite(site: Omit<Site, 'run'> & Partial<Site>): Promise<string[]> {
  const whole = { run: runCommand, ...site };
  const needs = [
    ...endpointNeeds(whole),
    ...fileNeeds(whole),
    ...programNeeds(whole),
    ...settingNeeds(whole),
    ...storeNeeds(whole),
    ...outsideNeeds(whole),
  ].filter(({ allowance }) => allowance === undefined || isAllowed(allowance, whole.settings));
  return (await Promise.all(needs.map(lineOf))).flat();
}

async function lineOf({ what, places, remedy, why }: Need): Promise<string[]> {
  const reason = await why().catch(errorText);
  if (reason === undefined) return [];
  return [`${what}: ${oneLine(reason)}; ${told(places)} without it; ${remedy}`];
}

function told(places: string[]): string {
  const last = places.at(-1) ?? '';
  return places.length < 2 ? `${last} goes` : `${places.slice(0, -1).join(', ')} and ${last} go`;
}

/** Some answers are pages. */
function oneLine(reason: string): string {
  return reason.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
}
