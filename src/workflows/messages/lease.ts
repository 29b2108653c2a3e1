import type {
  LeaseAbandonment,
  LeaseExtension,
  LeaseRelease,
  LeaseRequest,
  LeaseView,
} from '../../shared/safety/lease';
import { leaseRequest } from './shapes/lease';
import { leaseAbandonment, leaseExtension, leaseRelease } from '../../shared/shape/people';
import { BY_HALCYON, query, signal, update } from './define';

/** Wanted by somebody: renews an open lease, never doubles it. */
export const requestLeaseSignal = signal<LeaseRequest>(
  'requestLease',
  leaseRequest,
  `${BY_HALCYON} An incident or a command wants this value for a while.`,
);
/** An owner needs it no longer; without an owner, a person ends it for all. */
export const releaseLeaseUpdate = update<LeaseView, LeaseRelease>(
  'release',
  leaseRelease,
  'The setting gets its original value back now. Send {"by": "your name", "reason": "why"}. As a command: halcyon leases release.',
);
/** The same from a workflow, which can send no update. */
export const releaseLeaseSignal = signal<LeaseRelease>(
  'releaseLease',
  leaseRelease,
  'The same as the update "release", kept by Temporal until a controller runs. Send {"by": "your name", "reason": "why"}.',
);
export const extendLeaseUpdate = update<LeaseView, LeaseExtension>(
  'extend',
  leaseExtension,
  'The lease lasts longer. Send {"by": "your name", "reason": "why", "for": "1h"}, counted from now. As a command: halcyon leases extend.',
);
/** A host that is gone: nobody waits for the undo any more. */
export const abandonLeaseUpdate = update<LeaseView, LeaseAbandonment>(
  'abandon',
  leaseAbandonment,
  'Only for a lease whose undo fails, such as on a host that is gone: it ends, and nobody puts the original value back. Send {"by": "your name", "reason": "why"}. As a command: halcyon leases abandon.',
);
export const leaseQuery = query<LeaseView>(
  'lease',
  'The setting, its original and its present value, who wants it, until when, and what happened.',
);
