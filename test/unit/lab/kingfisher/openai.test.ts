import type { Limits } from '../../../../lab/kingfisher/limits';
import type { OpenaiFailure } from '../../../../lab/kingfisher/tasks/openai';
import { Openai } from '../../../../lab/kingfisher/tasks/openai';
import { StandInOpenai } from '../../../../lab/stand-ins/openai';

const KEY = 'sk-lab-test';
const QUESTIONS = 6;
let standIn: StandInOpenai;
beforeEach(async () => {
  standIn = await StandInOpenai.start(KEY);
});
afterEach(async () => await standIn.stop());

/** Why the questions of one analysis failed, when it may ask so many in a second. */
async function failures(maxQps: number, key = KEY): Promise<string[]> {
  const openai = new Openai(standIn.url, key, { maxQps } as Limits);
  const asked = await Promise.allSettled(
    Array.from({ length: QUESTIONS }, (_, index) => openai.ask(`cluster ${index}`)),
  );
  return asked.flatMap((one) => (one.status === 'rejected' ? [(one.reason as OpenaiFailure).reason] : []));
}

it('asks faster than OpenAI allows, or not, as its setting says', async () => {
  await standIn.set({ maxQps: 4 });
  expect(await failures(1_000)).toEqual(['rate_limited', 'rate_limited']);
  // A new one, so that nothing is left of the questions before.
  await standIn.stop();
  standIn = await StandInOpenai.start(KEY);
  await standIn.set({ maxQps: 4 });
  expect(await failures(3)).toEqual([]);
});

it.each([
  ['no quota', { hasQuota: false }, 'insufficient_quota'],
  ['overloaded', { down: 'http' }, 'server_error'],
  ['gone', { down: 'refused' }, 'unreachable'],
] as const)('tells why: %s', async (_, settings, reason) => {
  const { url } = standIn;
  await standIn.set(settings);
  const openai = new Openai(url, KEY, { maxQps: 1_000 } as Limits);
  await expect(openai.ask('cluster')).rejects.toMatchObject({ reason });
});

it('tells a wrong key', async () => {
  expect(await failures(1_000, 'sk-other')).toEqual(Array(QUESTIONS).fill('unauthorized'));
});
