import { ApplicationFailure } from '@temporalio/common';
import type { Answer, Condition, EndpointState } from '../../shared/observations/probes';
import type { DependencyName } from '../../shared/observations/service';
import type { DiskState } from '../../shared/observations/files';

/** What the endpoints, dependencies and disks of a scripted host say. */

export const DEPENDENCIES: readonly DependencyName[] = ['postgres', 'redis', 'rabbitmq'];

export const ANSWERS: Record<Condition, Answer> = {
  well: 'ok',
  starting: 'unhealthy',
  busy: 'unhealthy',
  protecting: 'unhealthy',
  refused: 'denied',
  down: 'refused',
};

export const WHY: Record<Condition, string> = {
  well: '',
  starting: 'unhealthy: it is loading its data',
  busy: 'unhealthy: too many clients already',
  protecting: 'unhealthy: it takes no writes',
  refused: 'denied: password authentication failed',
  down: 'refused: connection refused',
};

export function endpoint(answer: Answer, status: number | null): EndpointState {
  return { answer, status, latencyMs: 1, detail: answer === 'ok' ? '' : 'connection refused' };
}

export function disk(full: boolean): DiskState {
  return {
    path: '/opt/kingfisher/data',
    mount: '/opt/kingfisher/data',
    totalBytes: 1e9,
    availableBytes: full ? 0 : 5e8,
    usedPercent: full ? 100 : 50,
    inodesUsedPercent: 1,
    full,
    readOnly: false,
  };
}

/** What no scenario speaks of. */
export function notConfigured(name: string) {
  return async () => {
    throw ApplicationFailure.nonRetryable(`the scenario does not script ${name}`, 'NotConfigured');
  };
}
