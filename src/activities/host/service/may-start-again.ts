import { CancelledFailure } from '@temporalio/activity';
import { HostError } from '../../../host/errors';
import type { ServiceName } from '../../../shared/observations/service';
import { createConfigurationActivities } from '../configuration';
import type { HostDeps } from '../core/deps';

/**
 * Whether a service that runs may be ended for a new start, as far as it can be known before: KingFisher's own check of
 * its configuration does not say no. A check that is not configured, or could not be made, says nothing.
 *
 * @throws HostError `ConfigurationInvalid`
 */
export async function mayStartAgain(service: ServiceName, deps: HostDeps): Promise<void> {
  if (service !== 'kingfisher') return;
  const check = await made(createConfigurationActivities(deps).checkConfiguration());
  if (check === undefined || check.evidence !== 'present' || check.valid) return;
  const remedy = 'correct it first: the one that runs was left alone';
  throw new HostError('ConfigurationInvalid', `KingFisher could not start again: ${check.output}; ${remedy}`);
}

/** What could not be checked stands in no way; what was called off does. */
async function made<T>(check: Promise<T>): Promise<T | undefined> {
  try {
    return await check;
  } catch (err) {
    if (err instanceof CancelledFailure) throw err;
    return undefined;
  }
}
