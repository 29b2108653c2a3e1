import type { HostActivities } from '../../activities/host';
import type { DatabaseLoad, DatabaseSession } from '../../shared/observations/latency/database-load';
import type { LatencyState, LatencyTerms } from '../../shared/observations/latency/latency';
import type { BusyProcess, LoadState } from '../../shared/observations/latency/load';
import type { SeriesRequest, SeriesState } from '../../shared/observations/series';
import { latencyStanding } from '../../shared/observations/standing';
import { disk } from './scripted-answers';
import type { ScriptedHost } from './scripted-host';
import type { ScriptedReading } from './scripted-readings';

const FAST_MS = 4_000;
const SLOW_MS = 42_000;

/** What makes the analyses of a scripted KingFisher slow. All is well unless a scenario says otherwise. */
export class ScriptedLatency {
  /** Until something mends it, whatever the rest says. */
  isSlow = false;
  isCpuBusy = false;
  /** Who has most of the CPU time. */
  top: Partial<BusyProcess> = {};
  /** KingFisher's part of it, where `top` does not say. */
  ownPercent: number | undefined;
  isDiskBusy = false;
  blocked: DatabaseSession[] = [];
  openaiMs = 120;
  /** What `/metrics` answers in place of a histogram. */
  histogram: Pick<SeriesState, 'answer' | 'detail'> | null = null;
  /** No analysis ends at all. */
  isIdle = false;
  backlog: number | null = null;
  /** What of the host's load cannot be read. */
  load: Partial<LoadState> = {};

  constructor(private readonly host: ScriptedHost) {}

  reading({ atMostMs }: LatencyTerms): ScriptedReading {
    const last = this.state();
    return { standing: latencyStanding(last, atMostMs), last };
  }

  activities(): Partial<HostActivities> {
    return {
      observeSeries: async (request: SeriesRequest) => {
        const { observeSeries } = this.host.pipeline.activities();
        return request.metric.startsWith('analysis') ? this.series(request) : await observeSeries!(request);
      },
      observeLoad: async ({ windowMs }) => this.loadOf(windowMs),
      observeDatabaseLoad: async () => this.database(),
      observeOpenAi: async () => ({
        place: 'api.openai.com/v1/models',
        looks: [1, 2].map(() => ({ answer: 'denied', status: 401, firstByteMs: this.openaiMs, detail: '' })),
        takesConnections: null,
        timeoutMs: 5_000,
        observedAt: this.host.now(),
      }),
    };
  }

  private get takesMs(): number {
    const { isCpuBusy, isDiskBusy, blocked, openaiMs, host } = this;
    const isSlow = isCpuBusy || isDiskBusy || host.diskFull || blocked.length > 0 || openaiMs >= 3_000;
    return this.isSlow || isSlow ? SLOW_MS : FAST_MS;
  }

  private state(): LatencyState {
    const isUp = this.host.kingfisherHealthy();
    const { answer, detail } = this.histogram ?? { answer: isUp ? ('ok' as const) : ('refused' as const), detail: '' };
    const isSeen = answer === 'ok' && !this.isIdle;
    const p95Ms = isSeen ? this.takesMs : null;
    return { p95Ms, seenMs: 60_000, backlog: this.backlog, answer, detail, observedAt: this.host.now() };
  }

  private series({ metric }: SeriesRequest): SeriesState {
    const { p95Ms, answer, detail, observedAt } = this.state();
    const value = metric === 'analysisDuration' && p95Ms !== null ? p95Ms / 1_000 : null;
    const series = value === null ? [] : [{ labels: {}, value }];
    return { name: metric, answer, source: 'prometheus', windowMs: 300_000, series, dropped: 0, detail, observedAt };
  }

  private loadOf(windowMs: number): LoadState {
    const { isCpuBusy, isDiskBusy, host } = this;
    const top: BusyProcess = {
      pid: 42,
      user: 'kingfisher',
      command: 'python3 main.py',
      cpuPercent: isCpuBusy ? 380 : 20,
      rssBytes: 4e8,
      isOwn: true,
      ...this.top,
    };
    return {
      windowMs,
      cpus: 4,
      load1: isCpuBusy ? 11.2 : 0.4,
      cpuPercent: isCpuBusy ? 97 : 6,
      iowaitPercent: isDiskBusy ? 43 : 0.2,
      stealPercent: 0,
      ownPercent: this.ownPercent ?? (top.isOwn ? 95 : 4),
      memory: { totalBytes: 8e9, availableBytes: 4e9 },
      pressure: { cpu: isCpuBusy ? 80 : 1, io: isDiskBusy ? 60 : 0, memory: 0 },
      busy: [{ device: 'sda', busyPercent: isDiskBusy ? 99 : 3, waitMs: isDiskBusy ? 210 : 1 }],
      disks: [disk(host.diskFull)],
      processes: [top],
      observedAt: host.now(),
      ...this.load,
    };
  }

  private database(): DatabaseLoad {
    return {
      connections: { used: 12, max: 100 },
      blocked: this.blocked,
      idle: [],
      running: [],
      scanned: [{ table: 'public.master_summaries', bytes: 2e8, scans: 41, indexScans: 3 }],
      counted: 'present',
      statements: [{ shape: 'SELECT * FROM master_summaries WHERE symbol = ?', calls: 912, meanMs: 84.2 }],
      observedAt: this.host.now(),
    };
  }
}
