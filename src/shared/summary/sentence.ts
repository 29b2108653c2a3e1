import type { IncidentView } from '../incident';
import { closingSentence } from './closing';
import { headline } from './headline';

/** An incident in one sentence, open or closed: what pages, Temporal UI and the command line begin with. */
export function sentence(view: IncidentView): string {
  return view.outcome === null ? headline(view) : closingSentence(view, view.outcome);
}
