import type { IncidentStory, IncidentView, Outcome } from '../../../shared/incident';
import type { ChangeMade } from '../../../shared/safety/guard';

/** Who or what made the host well, in an incident's view and story. Times are epoch milliseconds of the workflow. */
export class Mended {
  constructor(
    private readonly view: IncidentView,
    private readonly story: IncidentStory,
  ) {}

  /** `by`: who or what mended it, where it was not well before. */
  well(since: number, by: Exclude<Outcome, 'unresolved' | 'planned'>): void {
    if (this.story.wellSince === null) {
      this.story.wellSince = since;
      this.view.measures.healthyAt = new Date(since).toISOString();
    }
    this.story.mended ??= by;
  }

  /** Another one's change is what verification followed. */
  byAnother(change: ChangeMade): void {
    this.view.mendedBy = change;
    this.story.mended = 'healed';
  }

  /** Whatever was so before. */
  notWell(): void {
    Object.assign(this.story, { wasNotWell: true, wellSince: null, mended: null, changesBefore: this.story.changes });
    this.view.measures.healthyAt = null;
    delete this.view.mendedBy;
  }
}
