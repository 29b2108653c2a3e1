import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';

let isQuiet = false;

/**
 * Workers that come and go tell of it at length: from here on only what goes wrong is printed. Before the first
 * connection or worker; the SDK's runtime ends with the last of them, and never without one.
 */
export function quietTemporal({ tellsFailures = true } = {}): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    // `tellsFailures: false`: whoever asks for it tells of them in its own words.
    logger: tellsFailures ? new DefaultLogger('ERROR') : new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) },
    },
  });
}
