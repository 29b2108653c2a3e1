import { closeSignal, closeUpdate } from '../messages';
import type { Door } from '../messages/door';
import type { Closing } from '../../shared/shape/people';
import type { Incident } from './incident';

/** A person says that the incident is over: as an update, or kept as a signal while no controller ran. */
export function listenForClose(door: Door, incident: Incident): void {
  const take = (closing: Closing) => {
    if (!incident.isClosedByPerson) incident.closeBy(closing);
  };
  door.update(closeUpdate, { take });
  door.signal(closeSignal, take);
}
