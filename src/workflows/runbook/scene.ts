import type { HostSteps } from './host-steps';
import type { AlertContext } from '../../shared/alert-context';
import type { Incident } from '../incident/incident';
import type { Safety } from '../safety/safety';

/** Where a page of the document is followed: on what host, in which incident, under whose permission. */
export interface Scene {
  steps: HostSteps;
  incident: Incident;
  safety: Safety;
  /** What the newest alert that fires says of itself. */
  alert: AlertContext;
}
