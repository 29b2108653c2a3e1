import type { PagedIncident } from './record';

interface Entry {
  incident: PagedIncident;
  /** What is being done to it; whoever closes it waits for that. */
  struck: Promise<void>;
  blows: number;
}

/** The last one that is open is not struck for ever: each blow may cost its pages some seconds. */
const MOST_BLOWS = 3;

/** Incidents that may be struck: none that a person is closing, or a reset would open it again. */
export class OpenIncidents {
  /** All that ever began. */
  readonly all: PagedIncident[] = [];
  private readonly open = new Map<string, Entry>();

  add(incident: PagedIncident): void {
    this.all.push(incident);
    this.open.set(incident.workflowId, { incident, struck: Promise.resolve(), blows: 0 });
  }

  /** Strikes at one of them; false where none is open that may be struck. `draw`, from 0 to 1: which one. */
  async strike(draw: number, blow: (incident: PagedIncident) => Promise<void>): Promise<boolean> {
    const entries = [...this.open.values()].filter(({ blows }) => blows < MOST_BLOWS);
    const entry = entries[Math.floor(draw * entries.length)];
    if (entry === undefined) return false;
    entry.blows++;
    const struck = blow(entry.incident);
    entry.struck = struck.catch(() => undefined);
    await struck;
    return true;
  }

  /** From here on it is left alone. */
  async leave({ workflowId }: PagedIncident): Promise<void> {
    const entry = this.open.get(workflowId);
    this.open.delete(workflowId);
    await entry?.struck;
  }
}
