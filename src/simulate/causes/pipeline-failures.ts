import type { PageScenarios } from './cause';

/** Failures in five minutes: too many, and too few to pause automation. */
const FAILURES = 12;
/** So many that automation is paused while the cause is looked for. */
const MANY_FAILURES = 80;

/** B. Steps of the pipeline fail too often. */
export const pipelineFailures: PageScenarios = {
  runbook: 'pipelineFailures',
  severity: 'critical',
  causes: [
    {
      cite: 'B.1',
      name: 'quota',
      title: "OpenAI's quota is used up: fewer requests do not help",
      given: ({ host }) => {
        host.pipeline.failing.quota = FAILURES;
      },
    },
    {
      cite: 'B.1',
      name: 'rate-limit',
      title: 'OpenAI limits the rate of requests',
      given: ({ host }) => {
        host.pipeline.failing.rateLimit = MANY_FAILURES;
      },
    },
    {
      cite: 'B.1',
      name: 'reduced-already',
      title: 'OpenAI limits the rate of requests, although they are reduced already',
      given: ({ host, settings }) => {
        host.pipeline.failing.rateLimit = FAILURES;
        settings.values['openai.max_qps'] = 1;
      },
    },
    {
      cite: 'B.2',
      name: 'permissions',
      title: 'KingFisher may not use its folder of images',
      given: ({ host }) => {
        host.pipeline.failing.imagePermission = FAILURES;
        host.pipeline.wrongImages = 3;
      },
    },
    {
      cite: 'B.2',
      name: 'corrupt',
      title: 'Images cannot be decoded',
      given: ({ host }) => {
        host.pipeline.failing.imageCorrupt = FAILURES;
        host.pipeline.corruptImages = 2;
      },
    },
    {
      cite: 'B.3',
      name: 'pool',
      title: "KingFisher's pool of database connections is used up",
      given: ({ host }) => {
        host.pipeline.exhaustedIn = host.invocation.kingfisher;
      },
    },
    {
      cite: 'B.4',
      name: 'plugin',
      title: 'A plugin fails',
      given: ({ host }) => {
        host.pipeline.failing.plugin = FAILURES;
        host.pipeline.plugins = ['win_rate', 'symbol_update'];
        host.pipeline.broken.add('symbol_update');
      },
    },
    {
      cite: 'B.diagnosis',
      name: 'unexplained',
      title: 'Why steps fail is said by neither counter nor log',
      finding: 'FailuresUnexplained',
      given: ({ host }) => {
        host.pipeline.failing.other = FAILURES;
      },
    },
  ],
};
