import type { HostActivities } from '../../activities/host';
import { FIVE_MINUTES_MS } from '../../shared/observations/pipeline';
import type {
  ErrorLines,
  FailureKind,
  FailureRate,
  FailureTerms,
  PluginTest,
} from '../../shared/observations/pipeline';
import type { SeriesRequest, SeriesState } from '../../shared/observations/series';
import { failuresStanding } from '../../shared/observations/standing';
import { endpoint } from './scripted-answers';
import type { ScriptedReading } from './scripted-readings';
import type { ScriptedHost } from './scripted-host';

/** How a lab's KingFisher labels what fails. */
const LABELS: Record<FailureKind, Record<string, string>> = {
  quota: { step: 'openai_analysis', reason: 'insufficient_quota' },
  rateLimit: { step: 'openai_analysis', reason: 'rate_limited' },
  imagePermission: { step: 'image_download', reason: 'permission' },
  imageCorrupt: { step: 'image_processing', reason: 'corrupt' },
  databasePool: { step: 'database', reason: 'pool_exhausted' },
  plugin: { step: 'plugin', reason: 'error' },
  other: { step: 'upload', reason: 'unknown' },
};

/** The pipeline of a scripted KingFisher. All is well unless a scenario says otherwise. */
export class ScriptedPipeline {
  /** Failures in five minutes, by what they are of. */
  readonly failing: Partial<Record<FailureKind, number>> = {};
  /** What the counter answers in place of numbers. */
  counter: Pick<SeriesState, 'answer' | 'detail'> | null = null;
  log: Partial<ErrorLines> = {};
  plugins: string[] = [];
  /** Those that fail by themselves. */
  readonly broken = new Set<string>();
  /** The start of KingFisher in which its pool is used up; any other one has connections. */
  exhaustedIn: string | null = null;
  /** Whether automation is paused by Halcyon. */
  isPaused: () => boolean = () => false;
  /** Images with other permissions than they should have. */
  wrongImages = 0;
  /** Images that cannot be decoded. */
  corruptImages = 0;

  constructor(private readonly host: ScriptedHost) {}

  reading({ atMost, ...terms }: FailureTerms): ScriptedReading {
    const last = this.rate(terms);
    return { standing: failuresStanding(last, atMost), last };
  }

  activities(): Partial<HostActivities> {
    const { host } = this;
    return {
      observeFailures: async ({ windowMs }) => {
        const kinds = this.kinds();
        const series = kinds.map(({ kind, count }) => ({ labels: LABELS[kind], value: count }));
        return { series: this.series(series, windowMs), kinds: this.counter === null ? kinds : [], plugins: [] };
      },
      observeErrorLines: async () => {
        const kinds = this.kinds();
        return {
          path: '/var/log/kingfisher/service.log',
          evidence: 'present',
          errors: kinds.reduce((sum, { count }) => sum + count, 0),
          kinds,
          plugins: this.plugins,
          partial: '',
          observedAt: host.now(),
          ...this.log,
        };
      },
      observePluginStatistics: async () => ({
        path: '/api/v1/master-summary/statistics',
        endpoint: endpoint('ok', 200),
        failing: [],
      }),
      testPlugin: async ({ plugin }): Promise<PluginTest> =>
        this.broken.has(plugin)
          ? { plugin, result: 'failed', output: "exit code 1: KeyError: 'last_price'" }
          : { plugin, result: 'passed', output: 'ok' },
      observeSeries: async (request: SeriesRequest) => {
        const value = request.metric === 'databaseConnections' && !this.isExhausted ? 3 : 10;
        return { ...this.series([{ labels: {}, value }], 0), name: request.metric };
      },
      observeCorruptImages: async () => this.images(),
      ensureImagesQuarantined: async () => {
        const before = this.images();
        this.corruptImages = 0;
        delete this.failing.imageCorrupt;
        return { before, after: this.images(), changed: before.corrupt > 0, notes: [] };
      },
      observeImagePermissions: async () => this.permissions(),
      ensureImagePermissions: async () => {
        const before = this.permissions();
        this.wrongImages = 0;
        delete this.failing.imagePermission;
        return { before, after: this.permissions(), changed: before.different > 0, notes: [] };
      },
    };
  }

  private get isExhausted(): boolean {
    return this.exhaustedIn === this.host.invocation.kingfisher;
  }

  private kinds() {
    const { failing, isExhausted } = this;
    const all = { ...failing, ...(isExhausted ? { databasePool: 30 } : {}) };
    return Object.entries(all).map(([kind, count]) => ({
      kind: kind as FailureKind,
      count,
      example: `ERROR step ${LABELS[kind as FailureKind]['step']} failed: ${kind}`,
    }));
  }

  private rate({ pausedBy }: Pick<FailureTerms, 'pausedBy'>): FailureRate {
    const isPaused = this.isPaused();
    const all = this.kinds().reduce((sum, { count }) => sum + count, 0);
    const isKnown = this.counter === null && this.host.kingfisherHealthy();
    return {
      per5m: isKnown ? (isPaused ? 0 : all) : null,
      seenMs: 60_000,
      isPaused: pausedBy === null ? false : isPaused,
      detail: this.counter?.detail ?? '',
      answer: isKnown ? 'ok' : (this.counter?.answer ?? 'refused'),
      observedAt: this.host.now(),
    };
  }

  private series(series: SeriesState['series'], windowMs = FIVE_MINUTES_MS): SeriesState {
    const name = 'kingfisher_pipeline_failures_total';
    const said = { name, source: 'prometheus' as const, windowMs, dropped: 0, observedAt: this.host.now() };
    if (this.counter !== null) return { ...said, ...this.counter, series: [] };
    return { ...said, answer: 'ok', series, detail: '' };
  }

  private images() {
    const examples = this.corruptImages === 0 ? [] : [{ image: '2026/11/23/1.jpg', why: 'no image' }];
    return { looked: 12, corrupt: this.corruptImages, examples, unknown: 0, partial: '' };
  }

  private permissions() {
    const examples = this.wrongImages === 0 ? [] : ['images/2026: root:root 0700 -> kingfisher:kingfisher 0755'];
    return { entries: 40, different: this.wrongImages, examples, skipped: 0 };
  }
}
