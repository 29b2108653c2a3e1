import type { IncidentInput, IncidentResult } from '../../shared/incident';
import { WELL, failuresStanding } from '../../shared/observations/standing';
import { runIncident } from '../incident/run-incident';
import { followRunbook } from '../runbook/follow-runbook';
import type { Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { lookAtDependencies } from '../steps/dependencies';
import { verifyHealthy } from '../steps/kingfisher/health';
import { whyPrometheusDiffers } from '../steps/kingfisher/metrics';
import { startAnew } from '../steps/kingfisher/service';
import { isFull, observePool } from '../steps/pipeline/database';
import { failureTerms, verifyFailures } from '../steps/pipeline/failures';
import {
  corruptText,
  mendImagePermissions,
  observeCorruptImages,
  observeImagePermissions,
  quarantineImages,
} from '../steps/pipeline/images';
import { resume, stopDamage, stopDamageAgain } from '../steps/pipeline/pause';
import { testPlugins } from '../steps/pipeline/plugins';
import { observeNumber } from '../steps/settings';
import { diagnose, evidenceOf, exampleOf, isAnythingKnown, suspects, whatIsKnown } from './pipeline-failures-diagnosis';
import type { Diagnosis } from './pipeline-failures-diagnosis';

/** B. High pipeline failures: steps of KingFisher's pipeline fail too often. */
export async function pipelineFailures(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

const OPENAI = 'openai.max_qps';

/** What the page says. */
export const page: Runbook<Diagnosis> = {
  page: 'B',
  title: 'High pipeline failures',
  watch: { subject: 'The pipeline', reading: (policy) => ({ reading: 'pipelineFailures', ...failureTerms(policy) }) },
  diagnose,
  isWell: (found) => standing(found) === WELL,
  standing,
  contain: async ({ rate }, scene) => await stopDamage(rate, scene),
  causes: [
    {
      cite: 'B.1',
      title: "OpenAI's quota is used up: fewer requests do not help",
      evidence: async (found, { incident }) => {
        const evidence = evidenceOf('quota', { cite: 'B.1', what: "OpenAI's quota is used up" }, found, { incident });
        if (evidence !== undefined)
          incident.addFinding('OpenAiQuota', 'B.1', `${evidence}: ${exampleOf('quota', found)}`);
        return evidence;
      },
    },
    {
      cite: 'B.1',
      title: 'OpenAI limits the rate of requests',
      would: `set ${OPENAI} lower for a while`,
      needs: 'changeSettings',
      evidence: async (found, { incident, steps }) => {
        const what = { cite: 'B.1', what: 'OpenAI limits the rate of requests (429)' };
        const evidence = evidenceOf('rateLimit', what, found, { incident });
        if (evidence === undefined) return undefined;
        found.maxQps = await observeNumber('B.1', OPENAI, steps);
        return isReducedAlready(found) ? undefined : `429 from OpenAI: ${evidence}`;
      },
      remedy: async (found, scene) => {
        const { openaiMaxQps: value, reduceForMs: forMs } = found.limits;
        await remedied(found, scene, async () => {
          const step = { cite: 'B.1', title: `Reduce ${OPENAI} to ${value}` };
          await scene.safety.lease(step, { setting: OPENAI, value, forMs, reason: '429 from OpenAI', outlives: true });
        });
      },
    },
    {
      cite: 'B.1',
      title: 'OpenAI limits the rate of requests, although they are reduced already',
      evidence: async (found, { incident }) => {
        if (!found.explained.includes('rateLimit') || !isReducedAlready(found)) return undefined;
        const what = `${OPENAI} is ${found.maxQps} already, and OpenAI answers 429 still`;
        incident.addFinding('OpenAiStillLimits', 'B.1', `${what}: ${exampleOf('rateLimit', found)}`);
        return what;
      },
    },
    {
      cite: 'B.2',
      title: 'KingFisher may not use its folder of images',
      would: 'mend the permissions of its images',
      needs: 'repairImages',
      evidence: async (found, { incident, steps }) => {
        const what = { cite: 'B.2', what: 'permissions of the folder of images' };
        const evidence = evidenceOf('imagePermission', what, found, { incident });
        if (evidence === undefined) return undefined;
        const count = await observeImagePermissions('B.2', steps);
        if (count !== undefined && count.different > 0) {
          return `${count.different} of ${count.entries} images and folders have other permissions: ${evidence}`;
        }
        const why = count === undefined ? 'what is right is not known' : 'owner and mode are as they should be';
        incident.addFinding('ImagesDenied', 'B.2', `${why}, and yet: ${exampleOf('imagePermission', found)}`);
        return undefined;
      },
      remedy: async (found, scene) => {
        await remedied(found, scene, async () => void (await mendImagePermissions('B.2', scene.steps)));
      },
    },
    {
      cite: 'B.2',
      title: 'Images cannot be decoded',
      would: 'move them to the quarantine',
      needs: 'repairImages',
      evidence: async (found, scene) => await corruptEvidence(found, scene),
      remedy: async (found, scene) => {
        await remedied(found, scene, async () => {
          await quarantineImages('B.2', imagesOf(found), scene.steps);
        });
      },
    },
    {
      cite: 'B.3',
      title: "KingFisher's pool of database connections is used up",
      would: 'restart KingFisher',
      needs: 'restart',
      evidence: async (found, scene) => await poolEvidence(found, scene),
      remedy: async (found, scene) => {
        const { service } = found;
        if (service === undefined) return;
        await remedied(found, scene, async () => {
          await startAnew('B.3', service, false, scene.steps);
          await verifyHealthy('B.3', scene.steps);
        });
      },
    },
    {
      cite: 'B.4',
      title: 'A plugin fails',
      evidence: async (found, scene) => await pluginEvidence(found, scene),
    },
    {
      cite: 'B.diagnosis',
      title: 'Why steps fail is said by neither counter nor log',
      evidence: async (found, { incident }) => {
        if (found.explained.length > 0 || found.rate?.per5m === null) return undefined;
        const why = isAnythingKnown(found) ? 'nothing that this page knows' : 'neither can be read';
        incident.addFinding('FailuresUnexplained', 'B.diagnosis', `${why}; ${whatIsKnown(found)}`);
        return undefined;
      },
    },
  ],
  verify: ({ steps }) => verifyFailures('B', steps),
  contradiction: ({ steps }) => whyPrometheusDiffers(steps, 'B.diagnosis'),
  handOver: { cite: 'B.priority', title: 'Not mended: for the team on duty' },
};

function standing({ rate, limits }: Diagnosis): string | undefined {
  return rate === undefined ? undefined : failuresStanding(rate, limits.failuresPer5m);
}

/** With automation paused nobody sees whether a remedy helped: it is paused before, and let go on after it. */
async function remedied(found: Diagnosis, scene: Scene, mend: () => Promise<void>): Promise<void> {
  if (found.isAnyTried) await stopDamageAgain(scene);
  found.isAnyTried = true;
  await mend();
  await resume(scene);
}

function isReducedAlready({ maxQps, limits }: Diagnosis): boolean {
  return maxQps !== undefined && maxQps <= limits.openaiMaxQps;
}

/** The alert's window, or more: what cannot be decoded is tried again for as long as it is there. */
function imagesOf({ windowMs, limits }: Diagnosis): number {
  return Math.max(windowMs, limits.imagesOfMs);
}

/** What says that images are corrupt does not decide: each is decoded. */
async function corruptEvidence(found: Diagnosis, { incident, steps }: Scene): Promise<string | undefined> {
  const cite = 'B.2';
  const evidence = evidenceOf('imageCorrupt', { cite, what: 'corrupt images' }, found, { incident });
  if (evidence === undefined) return undefined;
  const images = await observeCorruptImages(cite, imagesOf(found), steps);
  if (images !== undefined && images.corrupt > 0) {
    return `${images.corrupt} of ${images.looked} images cannot be decoded: ${corruptText(images)}`;
  }
  const why =
    images === undefined ? 'images could not be decoded here' : `${images.looked} were decoded, none is corrupt`;
  incident.addFinding('ImagesCorrupt', cite, `${why}, and yet: ${exampleOf('imageCorrupt', found)}`);
  return undefined;
}

/** By what failed, or by the pool itself where it stays full. A database that is not well is not mended by a restart. */
async function poolEvidence(found: Diagnosis, { incident, steps }: Scene): Promise<string | undefined> {
  const cite = 'B.3';
  const isStillFull = isFull(found.pool) && isFull(await observePool(cite, steps));
  const what = { cite, what: 'the pool of database connections is used up' };
  const failed = evidenceOf('databasePool', what, found, { incident });
  if (failed === undefined && !isStillFull) return undefined;
  const { pool } = found;
  const use = pool === undefined ? '' : `${pool.active} of ${pool.max} connections in use`;
  const evidence = [use, failed ?? ''].filter((part) => part !== '').join('; ');
  const [database] = await lookAtDependencies(cite, steps, incident, ['postgres']);
  if (database === undefined || database.condition === 'well') return evidence;
  incident.note(cite, 'KingFisher is not restarted: its database is not well', evidence);
  return undefined;
}

/** Each suspect is tested by itself; people mend what is broken. */
async function pluginEvidence(found: Diagnosis, { incident, steps }: Scene): Promise<string | undefined> {
  const cite = 'B.4';
  const evidence = evidenceOf('plugin', { cite, what: 'a plugin fails' }, found, { incident });
  if (evidence === undefined) return undefined;
  const names = suspects(found);
  const failed = await testPlugins(cite, names, steps, incident);
  if (failed !== undefined && failed.length > 0) return `plugin ${failed.join(', ')} fails by itself: ${evidence}`;
  const tested = failed === undefined ? 'none could be tested' : 'none of them fails by itself';
  const named = names.length === 0 ? 'no plugin is named' : `${names.join(', ')}: ${tested}`;
  incident.addFinding('PluginUnnamed', cite, `${evidence}; ${named}. ${exampleOf('plugin', found)}`);
  return `${evidence}; ${named}`;
}
