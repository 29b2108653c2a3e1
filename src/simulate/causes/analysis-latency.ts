import type { PageScenarios } from './cause';

const SLOW_FIRST_BYTE_MS = 8_000;

/** D. Analyses take too long. */
export const analysisLatency: PageScenarios = {
  runbook: 'analysisLatency',
  severity: 'warning',
  causes: [
    {
      cite: 'D.1',
      name: 'cpu',
      title: 'CPUs are busy all the time',
      given: ({ host }) => {
        host.latency.isCpuBusy = true;
      },
    },
    {
      cite: 'D.1',
      name: 'few-workers',
      title: 'CPUs are busy all the time, and fewer workers are not to be had',
      given: ({ host, settings }) => {
        host.latency.isCpuBusy = true;
        settings.values['orchestrator.max_workers'] = 1;
      },
    },
    {
      cite: 'D.2',
      name: 'disks',
      title: 'Disks are a bottleneck',
      given: ({ host }) => {
        host.latency.isDiskBusy = true;
      },
    },
    {
      cite: 'D.3',
      name: 'database',
      title: 'The database is slow',
      given: ({ host }) => {
        const shape = 'UPDATE jobs SET state = ? WHERE id = ?';
        host.latency.blocked = [{ pid: 4711, user: 'kingfisher', forMs: 42_000, blockedBy: [4700], shape }];
      },
    },
    {
      cite: 'D.4',
      name: 'openai',
      title: 'OpenAI is slow',
      given: ({ host }) => {
        host.latency.openaiMs = SLOW_FIRST_BYTE_MS;
      },
    },
    {
      cite: 'D.4',
      name: 'no-fallback',
      title: 'OpenAI is slow, and no fallback is to be had',
      given: ({ host, settings }) => {
        host.latency.openaiMs = SLOW_FIRST_BYTE_MS;
        settings.values['orchestrator.fallback_mode'] = true;
      },
    },
    {
      cite: 'D.diagnosis',
      name: 'unexplained',
      title: 'Why analyses are slow is not found',
      finding: 'LatencyUnexplained',
      given: ({ host }) => {
        host.latency.isSlow = true;
      },
    },
  ],
};
