import type { WorkflowHandle } from '@temporalio/client';
import { Chaos, STEP_OF, measureDurations } from '../../support/chaos';
import type { Strike, Victim } from '../../support/chaos';
import { closedByHand } from '../../support/incidents';
import { random } from '../../../lab/support/random';
import { IS_FULL, SEED, sizeOf } from '../../support/sample';
import { BACKUPS, DATA, KINGFISHER, RecoverySite, expectHealed } from '../../support/sites/recovery-site';

/** `npm run chaos` strikes both victims inside of each step; a run of all tests takes a sample. */
const KILLS = Number(process.env['HALCYON_CHAOS_KILLS'] ?? sizeOf('kills inside of steps', { full: 50, sample: 5 }));
const RUNS_AT_MOST = 12;
/** systemd's catalogue id of "a unit was stopped". */
const STOPPED = '9d1aaa27d60140bd96365438aad20286';

const IMAGES = 300;
const OTHERS = 2_000;

/** As much to do in each step that there is a moment to strike in. Everything but the images is as it was before. */
const PREPARE = `
  mkdir -p ${DATA}/temp/old
  (cd ${DATA}/temp/old; seq 500 | split --lines=1 --numeric-suffixes --suffix-length=4 - old_)
  find ${DATA}/temp/old -exec touch -d '3 days ago' {} +
  echo new > ${DATA}/temp/new.tmp
  chown -R root:root ${DATA}/images
  find ${DATA}/images -type f -exec chmod 0666 {} +
  fill='for i = 1, tonumber(ARGV[2]) do redis.call("set", ARGV[1] .. i, 1) end'
  redis-cli -n 1 eval "$fill" 0 ratelimit:free:ip: 20000 >/dev/null
  redis-cli -n 1 eval "$fill" 0 idempotency: ${OTHERS} >/dev/null
  systemd-run --quiet --collect --uid=kingfisher --unit=stray-$RANDOM /opt/halcyon-node/bin/node -e \\
    'process.on("SIGTERM", () => setTimeout(() => process.exit(), 300)); setInterval(() => {}, 1000)'`;

let site: RecoverySite;

beforeAll(async () => {
  site = await RecoverySite.up('recch');
  await site.shell(`
    mkdir -p ${site.today}/many
    cd ${site.today}/many
    seq ${IMAGES} | split --lines=1 --numeric-suffixes --suffix-length=5 --additional-suffix=.jpg - image_`);
});
afterAll(async () => {
  await site?.down();
});

/** What each step of a recovery leaves behind, counted. */
interface Effects {
  kingfisherStarts: number;
  kingfisherStops: number;
  dependencyStarts: number[];
  backups: number;
}

async function effects(): Promise<Effects> {
  const stops = `journalctl --sync; journalctl --output=cat _PID=1 UNIT=${KINGFISHER} MESSAGE_ID=${STOPPED} | wc -l`;
  const [kingfisherStarts = 0, ...dependencyStarts] = await site.starts(KINGFISHER, ...site.dependencies);
  const kingfisherStops = Number(await site.shell(stops));
  // Later recoveries remove older backups: how many there ever were is in what they are called.
  const backups = Number(await site.shell(`find ${BACKUPS} -mindepth 1 -maxdepth 1 -newer /run/chaos | wc -l`));
  return { kingfisherStarts, kingfisherStops, dependencyStarts, backups };
}

async function prepare(): Promise<Effects> {
  await site.lab.restore();
  // A moment in each of them.
  await site.lab.changeUnit('ExecStartPre=/bin/sleep 0.3', 'ExecStop=/bin/sleep 0.3');
  await site.shell(`${PREPARE}\nsleep 0.02; touch /run/chaos`);
  return await effects();
}

/** Every step's effect once, whatever was struck. */
async function expectOnce(run: WorkflowHandle, before: Effects): Promise<void> {
  expectHealed(await closedByHand(run));
  expect(await effects()).toEqual({
    kingfisherStarts: before.kingfisherStarts + 1,
    kingfisherStops: before.kingfisherStops + 1,
    dependencyStarts: before.dependencyStarts.map((starts) => starts + 1),
    backups: before.backups + 1,
  });
  const { runId } = await run.describe();
  expect(await site.shell(`ls -A ${BACKUPS}/${runId}`)).toBe('files\nmanifest.jsonl');
  const verified = await site.verifyBackup(runId);
  expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
  // KingFisher goes on making images beside these.
  const copied = `diff -r ${site.today}/many ${BACKUPS}/${runId}/files/many && echo same`;
  expect(await site.shell(copied)).toBe('same');
  const wrong = `find ${DATA} '(' -type d ! -perm 0755 -o -type f ! -perm 0644 -o ! -user kingfisher ')' ! -name state.json -print | head`;
  expect(await site.shell(wrong)).toBe('');
  expect(await site.shell(`find ${DATA}/temp -type f`)).toBe(`${DATA}/temp/new.tmp`);
  expect(await site.redis(1, 'dbsize')).toBe(String(OTHERS));
  expect(await site.shell('pgrep -cu kingfisher || true')).toBe('1');
}

/** How often a victim was struck inside of a step. */
function hits(strikes: Strike[], step: string, victim: Victim): number {
  return strikes.filter((one) => one.inside && STEP_OF[one.activity] === step && one.victim === victim).length;
}

/** In turn; whoever was never struck inside of a step comes first. While RabbitMQ restarts there is time for two. */
function victimsOf(run: number, strikes: Strike[]): Map<string, Victim[]> {
  return new Map(
    Object.entries(STEP_OF).map(([activity, step], i) => {
      const first = hits(strikes, step, 'agent') - hits(strikes, step, 'controller') + ((run + i) % 2) - 0.5;
      const inTurn: Victim[] = first > 0 ? ['controller', 'agent'] : ['agent', 'controller'];
      return [activity, step === 'H.6' || step === 'H.7' ? inTurn : inTurn.slice(0, 1)];
    }),
  );
}

const STEPS = [...new Set(Object.values(STEP_OF))].sort();

function isComplete(strikes: Strike[]): boolean {
  const inside = strikes.filter((one) => one.inside).length;
  const victims = IS_FULL ? (['agent', 'controller'] as const) : [];
  return inside >= KILLS && STEPS.every((step) => victims.every((victim) => hits(strikes, step, victim) > 0));
}

function summary(strikes: Strike[], runs: number): string {
  const inside = strikes.filter((one) => one.inside).length;
  const counts = STEPS.map((step) => `${step} ${hits(strikes, step, 'agent')}+${hits(strikes, step, 'controller')}`);
  const outside = strikes.length - inside;
  return `seed ${SEED}: ${inside} kills inside of steps and ${outside} between them, in ${runs} runs; agent+controller: ${counts.join(', ')}`;
}

describe('kill -9 of agent and controller inside of each step', () => {
  it(`every run ends healed, and each effect is there once (HALCYON_CHAOS_SEED=${SEED})`, async () => {
    const undisturbed = await prepare();
    const first = await site.start();
    await expectOnce(first, undisturbed);
    const chaos = new Chaos(site, await measureDurations(first), random(SEED));

    const strikes: Strike[] = [];
    let runs = 0;
    while (!isComplete(strikes) && runs < RUNS_AT_MOST) {
      const before = await prepare();
      const run = await site.start();
      const struck = await chaos.strike(run, victimsOf(runs++, strikes));
      strikes.push(...struck);
      process.stderr.write(`chaos: ${summary(strikes, runs)}\n`);
      try {
        await expectOnce(run, before);
      } catch (err) {
        const what = struck.map((one) => `${one.victim} in ${one.activity}${one.inside ? '' : ' (just over)'}`);
        throw new Error(`seed ${SEED}, run ${runs}, struck: ${what.join(', ')}`, { cause: err });
      }
    }
    if (!isComplete(strikes)) throw new Error(`not every step was struck: ${summary(strikes, runs)}`);
  }, 900_000);
});
