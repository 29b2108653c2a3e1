/** What may run full on a host, looked at one by one: what cannot be read hides none of the others. */
export const CAPACITY_PARTS = ['disks', 'database', 'images', 'queues'] as const;

export type CapacityPart = (typeof CAPACITY_PARTS)[number];

export const CAPACITY_WORDS: Record<CapacityPart, string> = {
  disks: 'disks',
  database: 'database',
  images: 'images',
  queues: 'queues',
};

/** How a reading was over time. */
export interface CapacityTrend {
  /** Epoch milliseconds and value, oldest first. */
  points: [at: number, value: number][];
  /** Who says so: Prometheus, or the folders of the days on the host itself. */
  source: 'prometheus' | 'folders' | 'none';
  /** Why there is none; empty where there is one. */
  why: string;
}

export interface CapacityReading {
  /** `disk /srv`, `database zmart_core` */
  name: string;
  /** Of its values: bytes, percent, or a count. */
  unit: 'B' | '%' | '';
  now: number;
  /** What it may be at the most; null where nothing says. */
  limit: number | null;
  trend: CapacityTrend;
}

export interface CapacityState {
  readings: CapacityReading[];
  /** What people may want to read besides, such as the largest tables. Bounded. */
  notes: string[];
  /** Full earlier than this is something for people. */
  fullWithinMs: number;
}
