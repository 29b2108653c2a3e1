import { setHandler } from '@temporalio/workflow';
import { closeSignal, closeUpdate } from '../messages';
import type { Closing } from '../messages';
import type { Incident } from './incident';
import { checkWords, refusing, whyRefused } from './people-checks';

/** A person says that the incident is over: as an update, or kept as a signal while no controller ran. */
export function listenForClose(incident: Incident): void {
  const check = ({ as, reason }: Closing) => checkWords({ as, reason });
  const close = (closing: Closing) => {
    if (!incident.isClosedByPerson) incident.closeBy(closing);
  };
  setHandler(closeUpdate, close, { validator: (closing) => refusing(() => check(closing)) });
  setHandler(closeSignal, (closing) => {
    const why = whyRefused(() => check(closing));
    if (why === undefined) close(closing);
    else incident.note('', 'Not closed', why);
  });
}
