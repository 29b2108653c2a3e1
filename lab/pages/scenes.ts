import type { Scene } from './scene';
import type { PageStage } from './stage';

/** Every tier that a scene is about is out by then. */
const AFTER_THE_FIRST_TIER = 16;

/** The endings that `npm run pages` plays, in the order in which it shows them. */
export const SCENES: readonly Scene[] = [
  {
    name: 'healed-silently',
    story: 'KingFisher is killed; a restart brings it back before anybody is called.',
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      await stage.begin();
      await stage.settled(['watching', 'closed']);
      await stage.resolved();
      return await stage.ended(30);
    },
  },
  {
    name: 'healed-after-a-page',
    story: 'It dies again soon after it was mended: a crash loop calls people at once, and the second restart holds.',
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      await stage.begin();
      await stage.settled(['watching']);
      stage.host.up.kingfisher = false;
      await stage.pass(3);
      await stage.settled(['watching']);
      await stage.resolved();
      return await stage.ended(30);
    },
  },
  {
    name: 'configuration-invalid-mended-by-people',
    story: 'KINGFISHER_PORT=82o1: it cannot start. Anna takes it and corrects the file.',
    play: async (stage) => {
      breakKingfisher(stage);
      invalidConfiguration(stage, 'PORT: Input should be a valid integer, unable to parse string as an integer');
      await stage.begin();
      await peopleAreCalled(stage);
      await stage.acknowledge('anna');
      await mendedByHand(stage);
      return await stage.ended(30);
    },
  },
  {
    name: 'masked',
    story: 'Somebody masked the unit.',
    play: async (stage) => {
      breakKingfisher(stage);
      stage.host.masked.add('kingfisher');
      await stage.begin();
      return await peopleAreCalled(stage);
    },
  },
  {
    name: 'port-taken',
    story: 'nginx listens on KingFisher’s port.',
    play: async (stage) => {
      breakKingfisher(stage);
      stage.scripts.observePort = async () => ({
        port: 8201,
        listening: true,
        elsewhere: [],
        owner: { pid: 77, command: '/usr/sbin/nginx -g daemon off;' },
      });
      await stage.begin();
      return await peopleAreCalled(stage);
    },
  },
  {
    name: 'disk-full',
    story: 'The data disk is full, and clearing old files frees nothing.',
    play: async (stage) => {
      breakKingfisher(stage);
      stage.host.diskFull = true;
      stage.host.tempFiles = 0;
      stage.scripts.ensureTempFilesRemoved = async () => ({
        before: { files: 0, bytes: 0 },
        after: { files: 0, bytes: 0 },
        changed: false,
        notes: [],
      });
      await stage.begin();
      return await peopleAreCalled(stage);
    },
  },
  {
    name: 'refused-credentials',
    story: 'Somebody changed the password in PostgreSQL: it refuses KingFisher and Halcyon.',
    play: async (stage) => {
      stage.host.conditions.postgres = 'refused';
      stage.host.isKingfisherRefused = true;
      await stage.begin();
      return await peopleAreCalled(stage);
    },
  },
  {
    name: 'recovery-approved',
    story: 'A restart does not help. Bela approves the full recovery, which does.',
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      stage.host.broken.add('kingfisher');
      await stage.begin();
      await stage.settled(['waitingForApproval']);
      await stage.pass(1);
      stage.host.broken.clear();
      await stage.answer('approve', 'bela', 'go');
      await stage.settled(['watching', 'closed']);
      await stage.resolved();
      return await stage.ended(30);
    },
  },
  {
    name: 'recovery-rejected',
    story: 'A restart does not help. Anna says no to the full recovery.',
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      stage.host.broken.add('kingfisher');
      await stage.begin();
      await stage.settled(['waitingForApproval']);
      await stage.answer('reject', 'anna', 'the database team is at it');
      return await peopleAreCalled(stage);
    },
  },
  {
    name: 'agent-away',
    story: 'The host does not answer at all.',
    agentIsAway: true,
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      await stage.begin();
      await stage.settled(['waitingForAgent']);
      await stage.pass(2);
      return await stage.ended(1);
    },
  },
  {
    name: 'run-cancelled',
    story: 'While Halcyon waits for an approval, somebody presses "Request Cancellation".',
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      stage.host.broken.add('kingfisher');
      await stage.begin();
      await stage.settled(['waitingForApproval']);
      await stage.cancel();
      await stage.pass(AFTER_THE_FIRST_TIER);
      return await stage.ended(1);
    },
  },
  {
    name: 'monitoring-at-fault',
    story: 'KingFisher is well all the time; Prometheus cannot scrape it.',
    play: async (stage) => {
      await stage.begin();
      await stage.pass(30);
      return await stage.ended(1);
    },
  },
  {
    name: 'unknown-alert',
    story: 'An alert that nobody mapped, for a host that Halcyon does not know.',
    play: async (stage) => {
      await stage.begin({
        alert: {
          alertname: 'NodeFilesystemAlmostFull',
          labels: { instance: 'db-7:9100', mountpoint: '/data', team: 'storage' },
          annotations: { summary: 'Disk of db-7 is 97 % full', description: '/data on db-7 fills up in about 3 hours' },
          truncated: 7,
          generatorURL: 'https://prometheus.example.com/graph?g0.expr=node_filesystem_avail_bytes',
        },
      });
      await stage.settled(['waitingForPeople']);
      await stage.pass(AFTER_THE_FIRST_TIER);
      return await stage.ended(1);
    },
  },
  {
    name: 'observed-only',
    story: 'The runbook is on trial: it only observes. KingFisher was killed.',
    play: async (stage) => {
      stage.host.up.kingfisher = false;
      await stage.begin({ mode: 'observe' });
      return await peopleAreCalled(stage);
    },
  },
  {
    name: 'started-by-a-person',
    story: 'Anna starts a full recovery, in which KingFisher does not start again.',
    play: async (stage) => {
      stage.host.broken.add('kingfisher');
      await stage.begin({ startedBy: { who: 'anna', reason: 'images are broken since the deployment' } });
      return await peopleAreCalled(stage);
    },
  },
];

/** It ended by a signal, and does not start again; this host allows no full recovery. */
function breakKingfisher({ host }: PageStage): void {
  host.up.kingfisher = false;
  host.broken.add('kingfisher');
  host.allow = ['restart', 'clearFiles'];
}

function invalidConfiguration({ scripts, host }: PageStage, output: string): void {
  scripts.checkConfiguration = async () => ({
    evidence: 'present',
    valid: !host.broken.has('kingfisher'),
    output: host.broken.has('kingfisher') ? output : 'Config OK',
  });
}

async function peopleAreCalled(stage: PageStage): Promise<string> {
  await stage.settled(['waitingForPeople']);
  await stage.pass(AFTER_THE_FIRST_TIER);
  return await stage.ended(1);
}

async function mendedByHand(stage: PageStage): Promise<void> {
  stage.host.broken.clear();
  stage.host.up.kingfisher = true;
  await stage.pass(6);
  await stage.resolved();
}
