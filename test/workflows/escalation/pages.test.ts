import type { WorkflowBundle } from '@temporalio/worker';
import { playScene } from '../../../lab/pages/play';
import type { PlayedPage, PlayedScene } from '../../../lab/pages/played';
import type { Scene } from '../../../lab/pages/scene';
import { SCENES } from '../../../lab/pages/scenes';
import { bundleWorkflows } from '../../support/temporal/bundle';

/** Every ending as its reader sees it: cause, action and ask of the first call, and what the thread hears afterwards. */
interface Expected {
  /** Of the first page or question. */
  title: RegExp;
  /** What its text says besides. */
  says?: RegExp[];
  /** What it must not say. */
  never?: RegExp;
  /** Titles of what follows, in order; others may stand between them. */
  then?: RegExp[];
  /** Titles that PagerDuty gets afterwards, where its page stands. */
  inPagerduty?: RegExp[];
}

const ACK = /^halcyon ack \S+$/m;
const RESTARTED = /Restart KingFisher: done; then KingFisher was still down/;

const EXPECTED: Record<string, Expected> = {
  'healed-silently': {
    title: /^Healed on h1: KingFisher was killed \(signal\); restarted by Halcyon; down \d+ s; nobody was paged$/,
    says: [/^Mended by: Halcyon$/m, /Restart KingFisher: done; then KingFisher was well/],
    never: /halcyon ack/,
  },
  'healed-after-a-page': {
    title: /^KingFisher .* on h1: dying again and again; /,
    says: [/CrashLoop/, ACK],
    then: [/^Healed on h1: .*; restarted by Halcyon; down /],
  },
  'configuration-invalid-mended-by-people': {
    title: /^KingFisher down on h1: configuration invalid \(PORT\); Halcyon changed nothing; needs you$/,
    says: [
      /^Changed: nothing by Halcyon$/m,
      /^Why now: this is the first call/m,
      /ConfigurationInvalid: PORT: Input should be/,
      /correct the configuration/,
      ACK,
    ],
    then: [/^KingFisher on h1: anna has it until/],
  },
  masked: {
    title: /^KingFisher down on h1: kingfisher.service masked; .*; needs you$/,
    says: [/^• systemctl unmask kingfisher.service$/m, /there is no remedy for it that Halcyon may try/, ACK],
    never: /no remedy is left/,
  },
  'port-taken': {
    title: /^KingFisher down on h1: port 8201 held by nginx; .*; needs you$/,
    says: [/end the process that holds the port/, ACK],
  },
  'disk-full': {
    title: /^KingFisher down on h1: disk full \(\/opt\/kingfisher\/data\); restart did not help; needs you$/,
    says: [RESTARTED, /free space on that file system, then start/, /^• systemctl start kingfisher.service$/m, ACK],
  },
  'refused-credentials': {
    title: /^KingFisher not ready on h1: PostgreSQL refusing the credentials; Halcyon changed nothing; needs you$/,
    says: [
      /DependencyRefused: postgres: denied: password/,
      /^By hand: correct the credentials, .* in PostgreSQL;/m,
      ACK,
    ],
    never: /halcyon approve|Restart/,
  },
  'recovery-approved': {
    title: /^KingFisher down on h1: .*; restart did not help; needs your yes or no \(full recovery\)$/,
    says: [
      /anna or bela may answer until/,
      /copies today's images to \/var\/backups\/kingfisher.* What it deletes is not kept/,
      /^halcyon approve incident\/\S+ --hash [0-9a-f]{8}$/m,
      RESTARTED,
    ],
    never: /<you>|halcyon ack/,
    then: [
      /full recovery approved by bela \("go"\); Halcyon begins$/,
      /full recovery done; KingFisher is well$/,
      /^Healed on h1: .*; full recovery made by Halcyon; down /,
    ],
    inPagerduty: [/full recovery approved by bela \("go"\); Halcyon begins$/, /^Healed on h1: /],
  },
  'recovery-rejected': {
    title: /; needs your yes or no \(full recovery\)$/,
    then: [/full recovery rejected by anna \("the database team is at it"\); it is not done$/],
    inPagerduty: [/full recovery rejected by anna/],
  },
  'agent-away': {
    title: /^KingFisher reported down on h1: its agent not answering; Halcyon changed nothing; needs you$/,
    says: [/^• systemctl status halcyon-agent$/m, ACK],
  },
  'run-cancelled': {
    title: /; needs your yes or no \(full recovery\)$/,
    then: [/Halcyon's run was cancelled; nothing automatic works on this any more, and what it asked is over$/],
    inPagerduty: [/Halcyon's run was cancelled; nothing automatic works on this any more/],
  },
  'monitoring-at-fault': {
    title: /^KingFisher well on h1 while its alert fires: a fault of monitoring; Halcyon changed nothing; needs a look/,
    says: [/look at scraping and at the network/, ACK],
    never: /KingFisher (?:still )?down on/,
  },
  'unknown-alert': {
    title: /^NodeFilesystemAlmostFull on .*: Disk of db-7 is 97 % full; no runbook for it; needs you$/,
    says: [/^Left out: 7 more alerts of this group were left out by Alertmanager$/m, /map it under routes:/, ACK],
    never: /out of remedies/,
  },
  'observed-only': {
    title: /^KingFisher down on h1: killed \(signal\); would restart KingFisher; needs you$/,
    says: [
      /Would restart KingFisher: not made \(unit is failed/,
      /this runbook only observes/,
      /By hand: \n• on h1: restart KingFisher\n• systemctl restart kingfisher.service$/m,
    ],
    never: /[Nn]othing else helped|full recovery/,
  },
  'started-by-a-person': {
    title:
      /^KingFisher down on h1: cause not known, its last words: "kingfisher: cannot open .*"; full recovery failed; needs you$/,
    says: [
      /^Started: by anna, .*: images are broken since the deployment$/m,
      /Start KingFisher FAILED/,
      /By hand: \n• on h1: read why it does not run\n• journalctl -u kingfisher.service -n 50 --no-pager$/m,
    ],
    never: /\(unknown\)/,
  },
};

let workflowBundle: WorkflowBundle;

beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
});

jest.setTimeout(240_000);

const textOf = ({ title, lines }: PlayedPage) => [title, ...lines].join('\n');

/** What Slack shows; the engineering manager's pages stand in PagerDuty only, with the same text. */
const inSlack = ({ pages }: PlayedScene) => pages.filter(({ channel }) => channel === 'slack');

it('has an expectation for each scene', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(SCENES.map(({ name }) => name).sort());
});

/** The clock does not act on `contradicted` yet: nobody is told. Red as soon as somebody is. */
const named = (scene: Scene) => [scene.name, scene] as const;

it.each(SCENES.map(named))('%s', readsWell);

async function readsWell(name: string, scene: Scene): Promise<void> {
  const { title, says = [], never, then = [], inPagerduty = [] } = EXPECTED[name]!;
  const played = await playScene(scene, { workflows: { workflowBundle } });
  const [first, ...later] = inSlack(played);
  expect(first?.title).toMatch(title);
  for (const line of says) expect(textOf(first!)).toMatch(line);
  if (never !== undefined) expect(textOf(first!)).not.toMatch(never);
  comeInOrder(later, then);
  comeInOrder(
    played.pages.filter(({ channel }) => channel === 'pagerduty'),
    inPagerduty,
  );
  for (const page of played.pages)
    expect(textOf(page)).not.toMatch(/<you>|undefined|NaN|\d ms\b|\d\.\d s\b|\btiers?\b/);
  // A push of PagerDuty shows the same sentence as Slack. Each reads the incident at a moment of its own, so what is being
  // done about it may have gone on in between.
  const pushed = played.pages.find(({ channel, kind }) => channel === 'pagerduty' && kind === 'tier');
  const called = inSlack(played).find(({ kind }) => kind === 'tier');
  if (pushed !== undefined && called !== undefined) expect(wrongOf(pushed.title)).toBe(wrongOf(called.title));
}

function comeInOrder(pages: readonly PlayedPage[], titles: readonly RegExp[]): void {
  let left = pages.map((page) => page.title);
  for (const next of titles) {
    const index = left.findIndex((title) => next.test(title));
    // The titles that there are say more than that one is missing.
    if (index < 0) expect(left).toContainEqual(expect.stringMatching(next));
    left = left.slice(index + 1);
  }
}

/** Where, and why. How it is at that moment each says for itself: a restart may come between the two. */
function wrongOf(title: string): string {
  return title.split(';')[0]!.replace(/ (?:well|down|not ready) on /, ' on ');
}
