import { workflowInfo } from '@temporalio/workflow';
import type { AllowedState } from '../../../shared/safety/allowance';
import type { DependencyName, ServiceState } from '../../../shared/observations/service';
import { allEnded } from '../../runbook/cut-short';
import type { HostSteps } from '../../runbook/host-steps';
import type { Incident } from '../../incident/incident';
import { DEPENDENCIES, lookAtDependencies, restartDependency } from '../dependencies';
import { backUp } from './backups';
import { clearTemporaryFiles } from '../files';
import { mendPermissions } from './permissions';
import { resetRateLimits } from '../rate-limits';
import { stopKingfisher } from '../kingfisher/processes';
import { verifyExchanges } from '../exchanges';

const STILL_RUNS = 'KingFisher could not be stopped: its files are left alone';
const NO_BACKUP = 'there is no good backup: nothing is destroyed';

/** What is known of the host before a recovery begins. */
export interface Beginning {
  allowed: AllowedState;
  /** KingFisher as it was found; undefined where that could not be seen. */
  service: ServiceState | undefined;
}

/** Steps H.1 to H.7: what does not depend on each other at the same time. */
export class RecoveryWork {
  /** KingFisher ran, and Halcyon stopped it, or may have. */
  hasStopped = false;

  constructor(
    private readonly incident: Incident,
    private readonly steps: HostSteps,
    private readonly beginning: Beginning,
  ) {}

  /** Returns, or throws, only when nothing of it is at work any more: nothing may touch files beside KingFisher. */
  async run(): Promise<void> {
    const dependencies = restartDependencies(this.incident, this.steps);
    const backup = backUp(backupId(), today(), this.steps);
    await allEnded([dependencies, backup, this.mend(dependencies, backup)]);
  }

  private async mend(dependencies: Promise<void>, backup: ReturnType<typeof backUp>): Promise<void> {
    const { steps, incident } = this;
    // A KingFisher that still runs is stopped as late as can be; one that is down loses nothing by mending at once.
    if (this.beginning.service?.active === 'active') await Promise.all([dependencies, backup]);
    const isStopped = await this.stop();
    const made = await backup;
    await allEnded([
      isStopped
        ? mendPermissions(this.beginning.allowed.permissionsLimit, steps)
        : skip(incident, 'H.3', 'Mend permissions', STILL_RUNS),
      this.clear(isStopped, made !== undefined),
      dependencies.then(() => resetRateLimits(steps)),
    ]);
  }

  private async stop(): Promise<boolean> {
    // Until it answers: an agent that dies in the middle of it may have stopped it.
    this.hasStopped = !isDown(this.beginning.service);
    const stopped = await stopKingfisher(this.steps);
    if (stopped !== undefined) this.hasStopped = stopped.changed;
    return stopped !== undefined;
  }

  private async clear(isStopped: boolean, isBackedUp: boolean): Promise<void> {
    const why = isStopped ? (isBackedUp ? undefined : NO_BACKUP) : STILL_RUNS;
    if (why === undefined) await clearTemporaryFiles(this.steps);
    else await skip(this.incident, 'H.4', 'Clear temporary files', why);
  }
}

function isDown(service: ServiceState | undefined): boolean {
  return service?.active === 'inactive' || service?.active === 'failed';
}

async function skip(incident: Incident, cite: string, title: string, why: string): Promise<void> {
  incident.begin(cite, title, 'change')('skipped', why);
}

/** H.6 and H.7: each is ready when it answers by its own protocol; one that cannot start does not hold up the others. */
async function restartDependencies(incident: Incident, steps: HostSteps): Promise<void> {
  const restart = async (dependency: DependencyName) => {
    const onlyDown = incident.input.recovery?.onlyUnhealthy === true;
    const [state] = onlyDown ? await lookAtDependencies('H.6', steps, incident, [dependency]) : [];
    if (!onlyDown || state?.condition === 'down') await restartDependency('H.6', dependency, steps, incident);
    if (dependency === 'rabbitmq') await verifyExchanges(steps, incident);
  };
  await allEnded(DEPENDENCIES.map(restart));
}

/** One backup per run, whatever is retried in it. */
function backupId(): string {
  return workflowInfo().firstExecutionRunId;
}

/** The day in UTC by which KingFisher files its images, `YYYY-MM-DD`. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}
