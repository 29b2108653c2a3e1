import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';

let isQuiet = false;

/**
 * Workers that come and go tell of it at length: from here on only what goes wrong is printed. Before the first
 * connection or worker; the SDK's runtime ends with the last of them, and never without one.
 */
export function quietTemporal(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}
