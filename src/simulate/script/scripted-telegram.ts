import type { HostActivities } from '../../activities/host';
import type { ImagesRequest, ImagesState } from '../../shared/observations/images/images';
import { imagesStanding } from '../../shared/observations/standing';
import type { BotState, TelegramRefusals, TelegramStatus, WayOut } from '../../shared/observations/telegram';
import type { ServiceState } from '../../shared/observations/service';
import { endpoint } from './scripted-answers';
import type { ScriptedReading } from './scripted-readings';

const QUIET_MS = 20 * 60_000;

/** Telegram as KingFisher's host sees it, and the images that come from it. All is well unless a scenario says otherwise. */
export class ScriptedTelegram {
  /** No image comes. */
  isStalled = false;
  /** Business hours are open. */
  isOpen = true;
  /** KingFisher's own downloader is stuck, until its next start. */
  isStuck = false;
  images: Partial<ImagesState> = {};
  status: Partial<TelegramStatus> = {};
  way: Partial<WayOut> = {};
  bot: Partial<BotState> = {};
  refusals: Partial<TelegramRefusals> = {};

  constructor(
    private readonly now: () => string,
    private readonly service: () => ServiceState,
  ) {}

  /** What a restart of KingFisher does. */
  restarted(): void {
    if (!this.isStuck) return;
    this.isStuck = false;
    this.isStalled = false;
  }

  reading({ stalledAfterMs }: ImagesRequest): ScriptedReading {
    const last = this.state();
    return { standing: imagesStanding(last, stalledAfterMs, this.service()), last };
  }

  observations(): Partial<HostActivities> {
    return {
      observeImages: async () => this.state(),
      observeTelegramStatus: async () => ({
        path: '/api/v1/telegram/status',
        endpoint: endpoint('ok', 200),
        connected: true,
        isLimited: false,
        said: 'connected: true',
        observedAt: this.now(),
        ...this.status,
      }),
      observeWayOut: async () => ({
        telegram: { to: 'api.telegram.org:443', name: 'found', connect: 'ok', detail: '' },
        reference: { to: 'httpbin.org:443', name: 'found', connect: 'ok', detail: '' },
        address: null,
        observedAt: this.now(),
        ...this.way,
      }),
      observeTelegramRefusals: async () => ({
        path: '/var/log/kingfisher/service.log',
        evidence: 'present',
        limited: 0,
        retryAfterMs: null,
        conflicts: 0,
        lines: [],
        observedAt: this.now(),
        ...this.refusals,
      }),
      observeTelegramBot: async () => ({
        tokenFrom: 'TELEGRAM_BOT_TOKEN in the environment of KingFisher',
        token: 'valid',
        endpoint: endpoint('ok', 200),
        name: '@kingfisher_bot',
        retryAfterMs: null,
        webhook: { host: null, pending: this.isStuck ? 12 : 0, lastError: '' },
        channel: { channel: '@liquidations', access: 'member', detail: '' },
        observedAt: this.now(),
        ...this.bot,
      }),
    };
  }

  private state(): ImagesState {
    const now = this.now();
    const ageMs = this.isStalled ? QUIET_MS : 30_000;
    return {
      evidence: 'present',
      why: '',
      newest: `${now.slice(0, 10).replaceAll('-', '/')}/1.jpg`,
      newestAt: new Date(Date.parse(now) - ageMs).toISOString(),
      ageMs,
      seen: 40,
      ahead: 0,
      openForMs: this.isOpen ? 3_600_000 : null,
      observedAt: now,
      ...this.images,
    };
  }
}
