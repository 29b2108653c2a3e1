import type { IncidentInput, IncidentResult } from '../../shared/incident';
import { firstByteOf } from '../../shared/observations/latency/latency';
import { WELL, latencyStanding } from '../../shared/observations/standing';
import { formatDuration } from '../../shared/text/durations';
import { runIncident } from '../incident/run-incident';
import { followRunbook } from '../runbook/follow-runbook';
import type { Runbook } from '../runbook/runbook';
import type { Scene } from '../runbook/scene';
import { freeSpace, removeTemporaryFiles } from '../steps/files';
import { whyPrometheusDiffers } from '../steps/kingfisher/metrics';
import { databaseEvidence, describeDatabase, observeDatabaseLoad } from '../steps/latency/database';
import { latencyTerms, verifyLatency } from '../steps/latency/latency';
import { cpuEvidence, diskEvidence, processText } from '../steps/latency/load';
import { describeOpenAi, observeOpenAi } from '../steps/latency/openai';
import { observeNumber, observeSetting } from '../steps/settings';
import { diagnose, evidenceOf, latencyText, loadText, shortLoad } from './analysis-latency-diagnosis';
import type { Diagnosis } from './analysis-latency-diagnosis';

/** D. Analysis latency high: analyses take too long. */
export async function analysisLatency(input: IncidentInput): Promise<IncidentResult> {
  return await runIncident(input, followRunbook(page));
}

const WORKERS = 'orchestrator.max_workers';
const FALLBACK = 'orchestrator.fallback_mode';

/** What the page says. */
export const page: Runbook<Diagnosis> = {
  page: 'D',
  title: 'Analysis latency high',
  watch: { subject: 'Analysis', reading: (policy) => ({ reading: 'latency', ...latencyTerms(policy) }) },
  diagnose,
  isWell: (found) => standing(found) === WELL,
  standing,
  causes: [
    {
      cite: 'D.1',
      title: 'CPUs are busy all the time',
      would: `set ${WORKERS} lower for a while`,
      needs: 'changeSettings',
      evidence: async (found, scene) => {
        const evidence = busyEvidence(found, scene);
        if (evidence === undefined) return undefined;
        found.workers = await observeNumber('D.1', WORKERS, scene.steps);
        return found.workers !== undefined && found.workers > found.limits.maxWorkers ? evidence : undefined;
      },
      remedy: async ({ limits }, { safety }) => {
        const { maxWorkers: value, reduceForMs: forMs } = limits;
        const step = { cite: 'D.1', title: `Reduce ${WORKERS} to ${value}` };
        await safety.lease(step, {
          setting: WORKERS,
          value,
          forMs,
          reason: 'CPUs busy, analyses slow',
          outlives: true,
        });
      },
    },
    {
      cite: 'D.1',
      title: 'CPUs are busy all the time, and fewer workers are not to be had',
      evidence: async (found, { incident }) => {
        const { workers, limits } = found;
        const evidence = cpuEvidence(found.load, limits) ?? undefined;
        if (evidence === undefined || hasLittle(found)) return undefined;
        if (workers !== undefined && workers > limits.maxWorkers) return undefined;
        const why =
          workers === undefined ? `${WORKERS} is no setting of this host` : `${WORKERS} is ${workers} already`;
        incident.addFinding('CpuBusy', 'D.1', `${why}; ${evidence}`);
        return `${why}; ${evidence}`;
      },
    },
    {
      cite: 'D.2',
      title: 'Disks are a bottleneck',
      would: 'remove old temporary files',
      needs: 'clearFiles',
      evidence: async (found, scene) => {
        const what = { cite: 'D.2', what: 'disks that are full or busy', told: loadText(found) };
        return evidenceOf(what, diskEvidence(found.load, found.limits), found, scene);
      },
      remedy: async ({ load }, { steps }) => {
        if (load?.disks.some(({ full }) => full) === true) await freeSpace(steps);
        else await removeTemporaryFiles(steps);
      },
    },
    {
      cite: 'D.3',
      title: 'The database is slow',
      evidence: async (found, scene) => await slowDatabase(found, scene),
    },
    {
      cite: 'D.4',
      title: 'OpenAI is slow',
      would: `set ${FALLBACK} for a while`,
      needs: 'changeSettings',
      evidence: async (found, scene) => {
        const evidence = await slowOpenAi(found, scene);
        if (evidence === undefined) return undefined;
        found.openai = evidence;
        const value = (await observeSetting('D.4', FALLBACK, scene.steps))?.value;
        if (typeof value === 'boolean') found.isFallback = value;
        return found.isFallback === false ? evidence : undefined;
      },
      remedy: async ({ limits }, { safety }) => {
        const step = { cite: 'D.4', title: 'Enable the fallback mode' };
        const { fallbackForMs: forMs } = limits;
        await safety.lease(step, { setting: FALLBACK, value: true, forMs, reason: 'OpenAI slow', outlives: true });
      },
    },
    {
      cite: 'D.4',
      title: 'OpenAI is slow, and no fallback is to be had',
      evidence: async ({ openai, isFallback }, { incident }) => {
        if (openai === undefined || isFallback === false) return undefined;
        const why = isFallback === true ? `${FALLBACK} is on already` : `${FALLBACK} is no setting of this host`;
        incident.addFinding('OpenAiSlow', 'D.4', `${openai}; ${why}`);
        return `${openai}; ${why}`;
      },
    },
    {
      cite: 'D.diagnosis',
      title: 'Why analyses are slow is not found',
      evidence: async (found, { incident }) => {
        if (found.explained.length > 0) return undefined;
        const what = `${latencyText(found)}, ${shortLoad(found)}; ruled out: ${found.ruledOut.join(', ')}`;
        incident.addFinding('LatencyUnexplained', 'D.diagnosis', what);
        return undefined;
      },
    },
  ],
  verify: ({ steps }) => verifyLatency('D', steps),
  contradiction: ({ steps }) => whyPrometheusDiffers(steps, 'D.diagnosis'),
  handOver: { cite: 'D.4', title: 'Not mended: for the team on duty' },
};

const MOST_PERCENT = 50;
const LITTLE_PERCENT = 25;

function standing({ latency, limits }: Diagnosis): string | undefined {
  return latency === undefined ? undefined : latencyStanding(latency, limits.latencyP95Ms);
}

/** Fewer workers leave more for each where KingFisher has a good part of it; whoever has the rest is worth a look besides. */
function busyEvidence(found: Diagnosis, { incident }: Scene): string | undefined {
  const { load, limits } = found;
  const what = { cite: 'D.1', what: 'busy CPUs', told: loadText(found) };
  const evidence = evidenceOf(what, cpuEvidence(load, limits), found, { incident });
  const [top] = load?.processes ?? [];
  if (evidence === undefined || (load?.ownPercent ?? 100) >= MOST_PERCENT) return evidence;
  const whose = top === undefined || top.isOwn ? 'of no process that is there for long' : processText(top);
  incident.addFinding('CpuTaken', 'D.1', `most of the CPU time is not KingFisher's: ${whose}`);
  return hasLittle(found) ? undefined : evidence;
}

/** Half of it would be next to nothing, and analyses would be fewer for it. */
function hasLittle({ load }: Diagnosis): boolean {
  return (load?.ownPercent ?? 100) < LITTLE_PERCENT;
}

/** Reported, with what a person can do: nothing is dropped or ended. */
async function slowDatabase(found: Diagnosis, scene: Scene): Promise<string | undefined> {
  const { steps, incident } = scene;
  const database = await observeDatabaseLoad('D.3', found.limits, steps);
  const slow = database === undefined ? undefined : databaseEvidence(database);
  const told = database === undefined ? 'it could not be asked, or is not configured' : describeDatabase(database);
  const what = { cite: 'D.3', what: 'a slow database', told };
  const evidence = evidenceOf(what, database === undefined ? null : slow?.evidence, found, scene);
  if (evidence === undefined || slow === undefined) return undefined;
  incident.addFinding('DatabaseSlow', 'D.3', `${evidence}. Suggestion: ${slow.suggestion}`);
  return evidence;
}

/** By the time to the first byte. */
async function slowOpenAi(found: Diagnosis, scene: Scene): Promise<string | undefined> {
  const { steps } = scene;
  const openai = await observeOpenAi('D.4', steps);
  const firstByteMs = openai === undefined ? undefined : firstByteOf(openai);
  const report = openai === undefined ? 'it could not be asked, or is not configured' : describeOpenAi(openai);
  const told = typeof report === 'string' ? report : report.detail;
  const isSlow = firstByteMs !== undefined && firstByteMs >= found.limits.openaiFirstByteMs;
  const limit = formatDuration(found.limits.openaiFirstByteMs);
  const what = { cite: 'D.4', what: 'OpenAI, slow to answer', told };
  const slow = isSlow ? `OpenAI takes longer than ${limit}: ${told}` : undefined;
  return evidenceOf(what, firstByteMs === undefined ? null : slow, found, scene);
}
