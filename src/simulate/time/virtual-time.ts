const DAY_MS = 86_400_000;
const FRACTION = /(\d\d:\d\d:\d\d)\.\d+/g;
const ISO = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(?:\.\d+)?)?Z/g;

/** A server whose time can be made to pass. */
export interface TimedServer {
  /** Of whoever leads the simulation: one at a time. */
  sleep(ms: number): Promise<void>;
  /** Beside it, in an activity. */
  wait(ms: number): Promise<void>;
  currentTimeMs(): Promise<number>;
}

/**
 * The clock of a simulation. The server's own begins at the real time and only goes forward, so a later moment with the
 * same time of day stands for the wanted one: duty hours know nothing but the time of day.
 */
export class VirtualTime {
  private zero = 0;

  /** @param at the moment that is simulated, epoch milliseconds */
  constructor(
    private readonly server: TimedServer,
    private readonly at: number,
  ) {}

  /** Skips to the next moment that has the time of day of `at`. From here on, time is counted. */
  async begin(): Promise<void> {
    const now = await this.server.currentTimeMs();
    const ahead = (((this.at - now) % DAY_MS) + DAY_MS) % DAY_MS;
    this.zero = now + ahead;
    await this.until(0);
  }

  /** Milliseconds since `at`. */
  async now(): Promise<number> {
    return (await this.server.currentTimeMs()) - this.zero;
  }

  /** Lets time pass until so many milliseconds after `at`; workflows go on meanwhile. */
  async until(ms: number): Promise<void> {
    const left = ms - (await this.now());
    if (left > 0) await this.server.sleep(left);
  }

  /** The same in an activity, while the simulation sleeps too. */
  async waitUntil(ms: number): Promise<void> {
    const left = ms - (await this.now());
    if (left > 0) await this.server.wait(left);
  }

  /** Time of the server for so many milliseconds after `at`, ISO 8601. */
  serverTime(ms: number): string {
    return new Date(this.zero + ms).toISOString();
  }

  /** So many milliseconds after `at` is this time of the server, ISO 8601. */
  since(serverTime: string): number {
    return Date.parse(serverTime) - this.zero;
  }

  /** Time of the simulation for a time of the server, both ISO 8601. */
  shown(serverTime: string): string {
    return new Date(this.at + this.since(serverTime)).toISOString();
  }

  /** The same for times within a text; fractions of a second are the server's own and say nothing. */
  shownText(text: string): string {
    const shown = (time: string, seconds?: string) =>
      seconds === undefined ? `${this.shown(time).slice(0, 16)}Z` : this.shown(time);
    return text.replace(ISO, shown).replace(FRACTION, '$1');
  }
}
