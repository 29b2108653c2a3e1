import { MINUTE, beginEscalation } from '../escalations';
import type { HowToBegin } from '../escalations';
import { ScriptedControl } from '../scripted/scripted-control';
import { WorkflowSite } from './workflow-site';

/** Clocks by themselves, on a server that skips time; whoever is paged is played. A new server for each test: `up` and `down`. */
export class ClockSite {
  readonly control = new ScriptedControl();
  private site?: WorkflowSite;

  async up(): Promise<void> {
    this.control.before = () => undefined;
    this.site = await WorkflowSite.up({ control: this.control.activities() });
  }

  async down(): Promise<void> {
    await this.site?.down();
  }

  get env(): WorkflowSite['env'] {
    return this.site!.env;
  }

  async withController<T>(test: () => Promise<T>): Promise<T> {
    return await this.site!.withController(test);
  }

  /**
   * A little longer: what a test says then never meets a timer that fires at the same moment, which the test server (not
   * Temporal) answers with a workflow task that fails for ever.
   */
  async pass(minutes: number): Promise<void> {
    await this.env.sleep(minutes * MINUTE + 7_000);
  }

  async begin(how: HowToBegin = {}): ReturnType<typeof beginEscalation> {
    return await beginEscalation(this.env, this.control, how);
  }
}
