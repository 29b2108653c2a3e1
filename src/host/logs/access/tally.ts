import { networkAround, parseAddress } from '../../network';
import { ByteCounts } from './byte-counts';
import type { Counted } from './byte-counts';
import { AccessLine, OTHER } from './access-line';

/** So many keys of each kind are kept, and so long is one at the most. */
const KEYS = { addresses: 16_384, networks: 4_096, clients: 2_048, pairs: 4_096 };
const BYTES = { address: 64, network: 64, client: 64, pair: 144 };
/** Two machines' clocks, and a line that is written when its request ends. */
const AHEAD_MS = 120_000;
/** Of more lines than this, one in so many stands for all where it is no violation; violations are counted one by one. */
const SAMPLED = { after: 200_000, oneIn: 8 };
/** Spreads numbers over all 32 bits: every eighth line may be a health check. */
const SPREAD = 0x9e3779b1;

export interface Window {
  /** Epoch milliseconds by the host's clock. */
  since: number;
  now: number;
}

/** What the lines of one window come to. */
export class Tally {
  /** Of all requests, by column. */
  readonly counts = [0, 0, 0, 0];
  readonly clients = new ByteCounts(KEYS.clients, BYTES.client);
  /** An address and a client, as they stand in the line: `203.0.113.9 - trading-ui`. */
  readonly pairs = new ByteCounts(KEYS.pairs, BYTES.pair);
  lines = 0;
  unread = 0;
  ahead = 0;
  oldest = Infinity;
  private passed = 0;
  /** Of addresses that went; the rest is added at the end. */
  private readonly gone = new ByteCounts(KEYS.networks, BYTES.network);
  readonly addresses = new ByteCounts(KEYS.addresses, BYTES.address, (key, counts) =>
    addNetwork(this.gone, key, counts),
  );
  private readonly line = new AccessLine();

  constructor(private readonly window: Window) {}

  /**
   * `enough` where a whole block is older than the window. One line, or a few, of a clock that was set wrong for a moment
   * end nothing.
   */
  take(bytes: Buffer, from: number, to: number): 'goOn' | 'enough' {
    const { line } = this;
    let isAnyOld = false;
    let isAnyYoung = false;
    for (let at = from; at < to; at = line.next) {
      if (!line.read(bytes, at)) this.unread += 1;
      else if (line.column !== OTHER || this.isLookedAt()) {
        const standing = this.standing(line.time());
        if (standing === 'old') isAnyOld = true;
        else if (standing !== 'none') isAnyYoung = true;
        if (standing === 'within') this.count(line);
      }
    }
    return isAnyOld && !isAnyYoung ? 'enough' : 'goOn';
  }

  private standing(time: number): 'within' | 'old' | 'ahead' | 'none' {
    const { since, now } = this.window;
    if (time >= since && time <= now + AHEAD_MS) {
      if (time < this.oldest) this.oldest = time;
      return 'within';
    }
    if (time < since) return 'old';
    if (time > now) this.ahead += 1;
    else this.unread += 1;
    return time > now ? 'ahead' : 'none';
  }

  private isLookedAt(): boolean {
    if (this.lines < SAMPLED.after) return true;
    this.passed += 1;
    return Math.imul(this.passed, SPREAD) >>> 0 < 2 ** 32 / SAMPLED.oneIn;
  }

  /** Networks of addresses with violations, the most first; those of addresses that went included. To be asked once. */
  networks(): Counted[] {
    for (const { key, counts } of this.addresses.all()) addNetwork(this.gone, key, counts);
    return this.gone.refused();
  }

  private count(line: AccessLine): void {
    const { bytes, addressFrom, addressTo, clientFrom, clientTo, column } = line;
    const by = column === OTHER && this.lines >= SAMPLED.after ? SAMPLED.oneIn : 1;
    this.lines += by;
    this.counts[column]! += by;
    this.addresses.add(bytes, addressFrom, addressTo, column, by);
    if (isUnnamed(bytes, clientFrom, clientTo)) return;
    this.clients.add(bytes, clientFrom, clientTo, column, by);
    if (column !== OTHER) this.pairs.add(bytes, addressFrom, clientTo, column);
  }
}

/** `-`, or nothing. */
function isUnnamed(bytes: Buffer, from: number, to: number): boolean {
  return to === from || (to === from + 1 && bytes[from] === 45);
}

function addNetwork(networks: ByteCounts, key: string, counts: ArrayLike<number>): void {
  const address = parseAddress(key);
  if (address === undefined) return;
  const name = Buffer.from(networkAround(address).text);
  for (let column = 0; column < counts.length; column++) {
    if (counts[column]! > 0) networks.add(name, 0, name.length, column, counts[column]!);
  }
}
