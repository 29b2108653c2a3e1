import type { DiskState } from './files';
import type { DependencyName, ServiceState } from './service';

export type Answer =
  /** It answered as a healthy one does. */
  | 'ok'
  /** It answered, and says that it is not well (HTTP status other than 2xx, `LOADING`, "starting up"). */
  | 'unhealthy'
  /** Something answered in another protocol or with an unreadable body. */
  | 'malformed'
  /** Wrong credentials or no permission: it is up, Halcyon's configuration is not right. */
  | 'denied'
  | 'refused'
  | 'timeout'
  | 'error';

/** One endpoint asked once. */
export interface EndpointState {
  answer: Answer;
  /** HTTP status where there is one. */
  status: number | null;
  latencyMs: number;
  /** What it said, masked and cut to 500 characters; the error's text where it said nothing. */
  detail: string;
}

/** `/health` and `/ready` of KingFisher, asked together. */
export interface HealthState {
  health: EndpointState;
  ready: EndpointState;
  /** Checks that `/ready` itself names as failing, as `name: reason`. */
  failingChecks: string[];
  /** Dependencies that this host has and that `/ready` does not say to be well: nobody checked them. */
  unchecked: DependencyName[];
  observedAt: string;
}

/** `/health` and `/ready` answer as they should. */
export function isHealthy({ health, ready }: Pick<HealthState, 'health' | 'ready'>): boolean {
  return health.answer === 'ok' && ready.answer === 'ok';
}

/** What a dependency is up to, by all that was seen of it. Only what is `down` is restarted. */
export type Condition =
  /** It does its work. */
  | 'well'
  /** A start or a stop is under way: PostgreSQL's 57P03, Redis' LOADING, a unit that is activating. */
  | 'starting'
  /** It takes connections and has no time or room for ours: 53300, BUSY, an answer that was late. */
  | 'busy'
  /** It runs and refuses to work, to keep what it holds safe: MISCONF, a memory or disk alarm, read-only. */
  | 'protecting'
  /** It refuses Halcyon's credentials, certificate or database. */
  | 'refused'
  | 'down';

/**
 * What `/metrics` answers when it is asked as Prometheus asks. `endpoint.answer` is `ok` only for a body that Prometheus can
 * read; any other body of a 2xx is `malformed`. Its detail holds the first words of what cannot be read, and nothing else.
 */
export interface MetricsState {
  /** Path that was asked. */
  path: string;
  endpoint: EndpointState;
  /** As the answer's header says it, masked; null without an answer or a header. */
  contentType: string | null;
  /** What the body is; null without an answer. */
  format: MetricsFormat | null;
  /** Samples in the first 64 KiB. */
  samples: number;
  observedAt: string;
}

export type MetricsFormat = 'prometheus' | 'json' | 'html' | 'empty' | 'other';

export interface DependencyState {
  dependency: DependencyName;
  condition: Condition;
  /** What it said, or what was seen of it, masked; empty when it is well and has nothing to say. */
  why: string;
  endpoint: EndpointState;
  /** RabbitMQ's management overview, where configured. */
  management: EndpointState | null;
  /** State of its unit, where it could be observed. */
  unit: ServiceState | null;
  /** The file system of its data, where the folder is known. */
  disk: DiskState | null;
  observedAt: string;
}

/** A rule of this host's firewall that drops or rejects what goes to a port. */
export interface BlockingRule {
  /** Table and chain, `inet filter input`; with the program where it is not nftables. */
  chain: string;
  /** The rule as the program prints it, numeric, cut. */
  rule: string;
}

/** The way from this host to a dependency's port. */
export interface DependencyPath {
  host: string;
  port: number;
  /** A TCP connection was made. */
  isReachable: boolean;
  /** Why none was: `timeout`, `ECONNREFUSED`; empty where one was. */
  why: string;
  /** Somebody listens on it; null where the dependency is on another host. */
  isListening: boolean | null;
  /** Rules of this host that block it. */
  rules: BlockingRule[];
  /** Why the rules are not known; empty where they are. */
  rulesUnknown: string;
}

/** Redis db 1 (H.5). */
export interface RateLimitCount {
  database: number;
  rateLimitKeys: number;
  otherKeys: number;
}

/** RabbitMQ's exchanges (H.6). */
export interface ExchangeState {
  endpoint: EndpointState;
  expected: string[];
  missing: string[];
}
