/** What can be wrong with a lab host's KingFisher and the world outside, one call each. `docs/lab.md` lists what ends it. */
import type { Faults } from '../kingfisher/faults';
import type { LabHost } from '../lab-host';
import type { Answers, Client } from './clients';
import type { OpenaiSettings } from './openai';
import type { TelegramSettings } from './telegram';

const FAULTS = '/opt/kingfisher/data/faults.json';

/** What is otherwise than usual; all else becomes usual again. */
export interface OutsideSettings {
  openai: Partial<OpenaiSettings>;
  telegram: Partial<TelegramSettings>;
  /** The only clients that there are. */
  clients: Client[];
}

/** How the world outside was asked and answered. */
export interface OutsideReport {
  /** OpenAI's answers by status, since the host is up. */
  openai: Answers;
  /** What each client got, by its address, since the clients were set. */
  clients: Record<string, Answers>;
}

/** These faults within KingFisher from now on, and no others; `{}` ends them. Within a second. */
export async function setFaults(host: LabHost, faults: Faults): Promise<void> {
  await host.exec(['tee', FAULTS], { input: JSON.stringify(faults) });
}

/** OpenAI, Telegram or the clients from now on; `{}`, or no clients, is as usual. */
export async function setOutside<K extends keyof OutsideSettings>(
  host: LabHost,
  what: K,
  settings: OutsideSettings[K],
): Promise<void> {
  await host.exec(['lab-outside', what, JSON.stringify(settings)]);
}

export async function reportOutside(host: LabHost): Promise<OutsideReport> {
  return JSON.parse((await host.exec(['lab-outside'])).stdout) as OutsideReport;
}
