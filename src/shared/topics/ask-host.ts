import type { TopicRequest } from './answers';

/** What a person asks of a host: the input of the workflow `askHost`. */
export interface AskHostInput {
  host: string;
  /** Who asks. */
  by: string;
  request: TopicRequest;
}

/** Start of the ids of those runs: `ask/<host>/<topic>/…`. */
export const ASK_HOST_PREFIX = 'ask/';
