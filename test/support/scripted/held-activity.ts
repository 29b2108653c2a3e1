import { Context } from '@temporalio/activity';
import type { ScriptedHost } from '../../../src/simulate/script/scripted-host';

/** An activity that goes on until the test lets it end. */
export interface Held {
  /** Those that run end now; others that begin are held as well. */
  letGo(): void;
  /** None is held any more. */
  free(): void;
  /** How many have begun. */
  begun(): number;
}

/** Makes this activity of a scripted host last, and beat meanwhile, as an agent's does. */
export function hold(host: ScriptedHost, activity: string): Held {
  let letGo = 0;
  let begun = 0;
  let isFree = false;
  const { before } = host;
  host.before = async (name) => {
    await before(name);
    if (name !== activity) return;
    begun += 1;
    for (const since = letGo; letGo === since && !isFree;) {
      Context.current().heartbeat();
      await Context.current().sleep(200);
    }
  };
  return { letGo: () => void (letGo += 1), free: () => void (isFree = true), begun: () => begun };
}
