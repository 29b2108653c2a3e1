import { DefaultLogger, Runtime, makeTelemetryFilterString } from '@temporalio/worker';

// Workers that come and go by the dozen tell of it at length: tests print only what goes wrong.
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
});
