import type { RunbookName } from '../../shared/runbooks';
import type { ScriptedHost } from '../script/scripted-host';
import type { ScriptedSettings } from '../script/scripted-settings';

/** What a cause is played on: a host on which all is well but what the scenario says. */
export interface World {
  host: ScriptedHost;
  settings: ScriptedSettings;
}

/** A host that has one cause of a runbook. */
export interface CauseScenario {
  /** Place of the cause in the document, as its page has it. */
  cite: string;
  /** Tells it from the others of its citation: `quota` of `B.1/quota`. */
  name: string;
  /** As its page has it. */
  title: string;
  /** Makes it so. */
  given: (world: World) => void;
  /** Where the page names no cause, but finds this. */
  finding?: string;
  /** The page comes to it only when other remedies did not help: not where nothing may be changed. */
  isLastResort?: true;
}

/** The causes of one page, in its order. */
export interface PageScenarios {
  runbook: RunbookName;
  /** Of its alert, as the rules that come with Halcyon have it. */
  severity: 'critical' | 'warning';
  causes: readonly CauseScenario[];
}

/** A cause, and the runbook that it is of. */
export interface KnownCause extends CauseScenario, Pick<PageScenarios, 'runbook' | 'severity'> {
  /** What `--cause` calls it: its citation, with its name where the citation has several. */
  id: string;
}
