import type { RunbookPolicy } from '../../shared/incident';
import type { ReadingRequest } from '../../shared/observations/readings';

/** What a page is about, as it is looked at between the passes: all the time, until Alertmanager agrees that it is well. */
export interface Watched {
  /** What it is that is well, as the subject of "has been well on its host": `KingFisher`. */
  subject: string;
  /**
   * What the agent looks at to see it: well by this reading is what verification waits for. Made of the page's limits where
   * it has any.
   */
  reading: ReadingRequest | ((policy: RunbookPolicy) => ReadingRequest);
  /** A service: another start of it is news, and one that ends soon after it was well is in a crash loop. */
  isService?: true;
}
