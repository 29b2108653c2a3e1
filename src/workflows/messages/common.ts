import type { TurnMessage } from '../../shared/safety/guard';
import { turnMessage } from './shapes/guard';
import { BY_HALCYON, signal } from './define';

/** To every workflow that goes on for long: another build of the controller may be the one to run it. */
export const moveOnSignal = signal<undefined>(
  'moveOn',
  () => undefined,
  `${BY_HALCYON} Another build of the controller is current: it goes on under that one when it can.`,
);

/** To whoever asked a guard for its turn, an incident or a lease: what the guard says. */
export const turnSignal = signal<TurnMessage>(
  'turn',
  turnMessage,
  `${BY_HALCYON} The guard of the host answers: your turn, wait, wanted by another, refused, paused or resumed.`,
);
