import type { SearchAttributeType } from '@temporalio/common';
import type { SearchAttributeKey } from '@temporalio/common/lib/search-attributes';
import { searchAttributes as halcyonAttributes } from '../../shared/search-attributes';

/** A development server on loopback. */
export interface DevServer {
  port: number;
  /** Null: no UI. */
  uiPort: number | null;
  /** Kept between starts, and made where there is none. */
  databaseFile: string;
  /** One more beside `default`. @default none */
  namespace?: string;
  /** @default Halcyon's own */
  searchAttributes?: readonly SearchAttributeKey<SearchAttributeType>[];
}

const ATTRIBUTE_TYPES = {
  TEXT: 'Text',
  KEYWORD: 'Keyword',
  INT: 'Int',
  DOUBLE: 'Double',
  BOOL: 'Bool',
  DATETIME: 'Datetime',
  KEYWORD_LIST: 'KeywordList',
} as const satisfies Record<SearchAttributeType, string>;

/** What makes a single-node server answer in milliseconds; the values are JSON. */
const TUNING = [
  ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
  ...['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=200'],
  ...['--dynamic-config-value', 'history.workflowIdReuseMinimalInterval="0s"'],
  // Each host has a queue of its own, which four partitions make neither faster nor safer, only four times as large.
  ...['--dynamic-config-value', 'matching.numTaskqueueReadPartitions=1'],
  ...['--dynamic-config-value', 'matching.numTaskqueueWritePartitions=1'],
  // Each poll of an agent that waits for work counts; 1,200 are few for hundreds of agents.
  ...['--dynamic-config-value', 'frontend.namespaceCount=10000'],
];

/** The arguments of Temporal's command line that start this server. */
export function devServerArguments({ port, uiPort, databaseFile, namespace, searchAttributes }: DevServer): string[] {
  const attributes = searchAttributes ?? Object.values(halcyonAttributes);
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port)],
    ...(uiPort === null ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
    ...['--db-filename', databaseFile, '--log-level', 'warn'],
    ...(namespace === undefined ? [] : ['--namespace', namespace]),
    ...TUNING,
    ...attributes.flatMap((key) => ['--search-attribute', `${key.name}=${ATTRIBUTE_TYPES[key.type]}`]),
  ];
}
