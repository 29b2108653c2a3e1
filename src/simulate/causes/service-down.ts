import { scriptedObservations, scriptedWaits } from '../script/scripted-service';
import { scriptedRecovery } from '../script/scripted-recovery';
import type { PageScenarios, World } from './cause';

/** A. KingFisher does not answer, or is not ready. */
export const serviceDown: PageScenarios = {
  runbook: 'serviceDown',
  severity: 'critical',
  causes: [
    {
      cite: 'A.1',
      name: 'no-start',
      title: 'A start of KingFisher cannot work: it is not restarted',
      given: ({ host }) => {
        host.up.kingfisher = false;
        host.configurationValid = false;
      },
    },
    {
      cite: 'A.1',
      name: 'open-files',
      title: 'KingFisher can open no more files',
      given: ({ host }) => {
        host.isDeaf = true;
        host.also.observeOpenFiles = async () => ({ pid: 42, open: 1_020, limit: 1_024 });
      },
    },
    {
      cite: 'A.1',
      name: 'not-running',
      title: 'KingFisher does not run as it should',
      given: ({ host }) => {
        host.up.kingfisher = false;
      },
    },
    {
      cite: 'A.2',
      name: 'firewall',
      title: "The firewall blocks a dependency's port",
      given: ({ host }) => {
        const rules = [{ chain: 'inet filter input', rule: 'tcp dport 5432 drop' }];
        host.paths.postgres = { isReachable: false, why: 'timeout', rules };
      },
    },
    {
      cite: 'A.2',
      name: 'dependency',
      title: 'A dependency is down',
      given: ({ host }) => {
        host.up.redis = false;
      },
    },
    {
      cite: 'A.2',
      name: 'there-again',
      title: 'What KingFisher waited for is there again',
      given: redisComesBack,
    },
    {
      cite: 'A.2',
      name: 'left-behind',
      title: 'What the restart left behind',
      finding: 'StartFailed',
      given: failsToStart,
    },
    {
      cite: 'H',
      name: 'last-resort',
      title: 'Nothing else helped: a full recovery is the last resort',
      isLastResort: true,
      given: needsFullRecovery,
    },
  ],
};

/** Redis loads its data, and has done so once somebody waits for it. */
function redisComesBack({ host }: World): void {
  host.conditions.redis = 'starting';
  host.also.waitUntilDependencyClear = async (wanted) => {
    delete host.conditions.redis;
    return await scriptedWaits(host).waitUntilDependencyClear!(wanted);
  };
}

/** It ended without a word, and says only at its next start what is wrong. */
function failsToStart({ host }: World): void {
  host.up.kingfisher = false;
  host.broken.add('kingfisher');
  host.allow = host.allow.filter((word) => word !== 'fullRecovery');
  let looks = 0;
  host.also.observeStartLog = async (wanted) => {
    if (++looks > 1) host.startReason = { kind: 'program', text: "ModuleNotFoundError: No module named 'aio_pika'" };
    return await scriptedObservations(host).observeStartLog!(wanted);
  };
}

/** No restart brings it back; what a full recovery mends does. */
function needsFullRecovery({ host }: World): void {
  host.up.kingfisher = false;
  host.broken.add('kingfisher');
  host.also.ensureStopped = async (wanted) => {
    const stopped = await scriptedRecovery(host).ensureStopped!(wanted);
    host.broken.delete('kingfisher');
    return stopped;
  };
}
