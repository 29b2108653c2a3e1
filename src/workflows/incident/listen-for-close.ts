import { setHandler } from '@temporalio/workflow';
import { texts } from '../message-texts';
import { closeSignal, closeUpdate } from '../messages';
import type { Closing } from '../messages';
import type { Incident } from './incident';
import { checkWords, refusing, whyRefused } from '../support/update-checks';

/** A person says that the incident is over: as an update, or kept as a signal while no controller ran. */
export function listenForClose(incident: Incident): void {
  const check = ({ as, reason }: Closing) => checkWords({ as, reason });
  const close = (closing: Closing) => {
    if (!incident.isClosedByPerson) incident.closeBy(closing);
  };
  setHandler(closeUpdate, close, { ...texts.close, validator: (closing) => refusing(() => check(closing)) });
  const hear = (closing: Closing) => {
    const why = whyRefused(() => check(closing));
    if (why === undefined) close(closing);
    else incident.note('', 'Not closed', why);
  };
  setHandler(closeSignal, hear, texts.closeSignal);
}
