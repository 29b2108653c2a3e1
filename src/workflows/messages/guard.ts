import type {
  ChangeNote,
  GuardView,
  PauseRequest,
  ResumeRequest,
  TurnRelease,
  TurnRequest,
} from '../../shared/safety/guard';
import { changeNote, turnRelease, turnRequest } from './shapes/guard';
import { pauseRequest, resumeRequest } from '../../shared/shape/people';
import { BY_HALCYON, KEPT, query, signal, update } from './define';

export const requestTurnSignal = signal<TurnRequest>(
  'requestTurn',
  turnRequest,
  `${BY_HALCYON} An incident or a lease wants to change this host, and waits for its turn.`,
);
export const releaseTurnSignal = signal<TurnRelease>('releaseTurn', turnRelease, `${BY_HALCYON} Its turn is over.`);
export const noteChangeSignal = signal<ChangeNote>(
  'noteChange',
  changeNote,
  `${BY_HALCYON} It begins a change; restarts are counted.`,
);
export const pauseUpdate = update<{ until: string }, PauseRequest>(
  'pause',
  pauseRequest,
  'No new change begins on this host; looking, paging and undoing go on. Send {"by": "your name", "reason": "why", "for": "2h"}. As a command: halcyon pause.',
);
export const resumeUpdate = update<void, ResumeRequest>(
  'resume',
  resumeRequest,
  'Your pause of this host ends; with "all", everybody\'s. Send {"by": "your name", "all": false}. As a command: halcyon resume.',
);
/** The same in order, whether or not a controller runs; what cannot be taken stands in the guard's log. */
export const pauseSignal = signal<PauseRequest>('pause', pauseRequest, KEPT);
export const resumeSignal = signal<ResumeRequest>('resume', resumeRequest, KEPT);
export const guardQuery = query<GuardView>(
  'guard',
  'Who may change this host now, who waits, which pauses hold, and how many restarts there were this hour.',
);
