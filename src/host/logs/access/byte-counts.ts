const COLUMNS = 4;
/** Answers that are no violation. */
const OTHER = 3;

/** One key and what was counted under it, by column: 401, 403, 429, all others. */
export interface Counted {
  key: string;
  counts: number[];
}

/**
 * Counts by keys that are ranges of bytes, in a room of its own that never grows: nothing is allocated for a line, however
 * many keys there are. When the room is full, the keys that were seen least go, and only what they amount to is kept. What
 * has a share of the whole worth naming stays.
 */
export class ByteCounts {
  private readonly slots: Int32Array;
  private readonly hashes: Int32Array;
  private readonly keys: Buffer;
  private readonly lengths: Uint8Array;
  private readonly counts: Uint32Array;
  private size = 0;
  /** Violations of keys that went. */
  notKept = 0;

  constructor(
    private readonly atMost: number,
    /** Longest key; a longer one is not counted as such. */
    private readonly keyBytes: number,
    /** Told of a key that goes, with its counts. */
    private readonly onGone: (key: string, counts: Uint32Array) => void = () => undefined,
  ) {
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(atMost * 2)));
    this.hashes = new Int32Array(atMost);
    this.keys = Buffer.alloc(atMost * keyBytes);
    this.lengths = new Uint8Array(atMost);
    this.counts = new Uint32Array(atMost * COLUMNS);
  }

  /** `by` more under the key `bytes[from..to)`. */
  add(bytes: Buffer, from: number, to: number, column: number, by = 1): void {
    const length = to - from;
    if (length > this.keyBytes) {
      if (column !== OTHER) this.notKept += by;
      return;
    }
    let hash = length;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let known = this.slots[slot]!; known !== 0; known = this.slots[slot]!) {
      if (this.hashes[known - 1] === hash && this.isKey(known - 1, bytes, from, length)) {
        this.counts[(known - 1) * COLUMNS + column]! += by;
        return;
      }
      slot = (slot + 1) & mask;
    }
    if (this.size < this.atMost) {
      this.insert(slot, hash, bytes, from, to);
      this.counts[(this.size - 1) * COLUMNS + column] = by;
    } else {
      this.makeRoom();
      this.add(bytes, from, to, column, by);
    }
  }

  /** Keys that have violations, the most first. */
  refused(): Counted[] {
    return this.told(
      this.entries
        .filter((entry) => this.violations(entry) > 0)
        .sort((a, b) => this.violations(b) - this.violations(a)),
    );
  }

  all(): Counted[] {
    return this.told(this.entries);
  }

  private get entries(): number[] {
    return [...Array(this.size).keys()];
  }

  private told(entries: number[]): Counted[] {
    return entries.map((entry) => ({ key: this.keyOf(entry), counts: [...this.countsOf(entry)] }));
  }

  private keyOf(entry: number): string {
    return this.keys.toString('utf8', entry * this.keyBytes, entry * this.keyBytes + this.lengths[entry]!);
  }

  private countsOf(entry: number): Uint32Array {
    return this.counts.subarray(entry * COLUMNS, (entry + 1) * COLUMNS);
  }

  private violations(entry: number): number {
    const at = entry * COLUMNS;
    return this.counts[at]! + this.counts[at + 1]! + this.counts[at + 2]!;
  }

  private isKey(entry: number, bytes: Buffer, from: number, length: number): boolean {
    if (this.lengths[entry] !== length) return false;
    const key = entry * this.keyBytes;
    for (let at = 0; at < length; at++) if (this.keys[key + at] !== bytes[from + at]) return false;
    return true;
  }

  private insert(slot: number, hash: number, bytes: Buffer, from: number, to: number): void {
    const entry = this.size++;
    this.slots[slot] = entry + 1;
    this.hashes[entry] = hash;
    this.lengths[entry] = to - from;
    bytes.copy(this.keys, entry * this.keyBytes, from, to);
  }

  /** The half that was seen least goes; a violation weighs more than any other answer. */
  private makeRoom(): void {
    const weight = (entry: number) => this.violations(entry) * 8 + this.counts[entry * COLUMNS + OTHER]!;
    let least = 1;
    const isLight = (entry: number) => weight(entry) <= least;
    while (this.countWhere(isLight) < this.size / 2) least *= 2;
    const kept = this.size;
    this.size = 0;
    this.slots.fill(0);
    for (let entry = 0; entry < kept; entry++) {
      if (isLight(entry)) this.drop(entry);
      else this.move(entry);
    }
    this.counts.fill(0, this.size * COLUMNS);
  }

  private countWhere(is: (entry: number) => boolean): number {
    let count = 0;
    for (let entry = 0; entry < this.size; entry++) if (is(entry)) count += 1;
    return count;
  }

  private drop(entry: number): void {
    const violations = this.violations(entry);
    this.notKept += violations;
    if (violations > 0) this.onGone(this.keyOf(entry), this.countsOf(entry));
  }

  /** To the next free place, which is never behind it. */
  private move(from: number): void {
    const to = this.size++;
    const hash = this.hashes[from]!;
    this.hashes[to] = hash;
    this.lengths[to] = this.lengths[from]!;
    this.keys.copyWithin(to * this.keyBytes, from * this.keyBytes, (from + 1) * this.keyBytes);
    this.counts.copyWithin(to * COLUMNS, from * COLUMNS, (from + 1) * COLUMNS);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
    this.slots[slot] = to + 1;
  }
}
