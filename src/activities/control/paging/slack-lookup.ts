import type { WebClient } from '@slack/web-api';

/** Where a message is. */
export interface Posted {
  channel: string;
  ts: string;
}

interface Wanted {
  /** Name with "#", as in the configuration, or id. */
  channel: string;
  threadTs: string | null;
  key: string;
  /** No message before this can be it. */
  since: Date;
}

interface Page {
  messages?: { ts?: string; metadata?: { event_type?: string; event_payload?: object } }[];
  response_metadata?: { next_cursor?: string };
}

const LIMIT = 200;
const MAX_PAGES = 5;
const MAX_CHANNEL_PAGES = 20;

/** The message with this key in its metadata, if it was posted. */
export async function findPosted(client: WebClient, wanted: Wanted): Promise<Posted | undefined> {
  const channel = await channelId(client, wanted.channel);
  if (channel === undefined) return undefined;
  const oldest = (wanted.since.getTime() / 1_000).toFixed(6);
  const common = { channel, oldest, include_all_metadata: true, limit: LIMIT };
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const more = cursor === undefined ? {} : { cursor };
    const answer = (
      wanted.threadTs === null
        ? await client.conversations.history({ ...common, ...more })
        : await client.conversations.replies({ ...common, ...more, ts: wanted.threadTs })
    ) as Page;
    const found = answer.messages?.find((message) => keyOf(message) === wanted.key);
    if (found?.ts !== undefined) return { channel, ts: found.ts };
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return undefined;
  }
  return undefined;
}

function keyOf({ metadata }: NonNullable<Page['messages']>[number]): unknown {
  const payload = metadata?.event_payload;
  return payload !== undefined && 'key' in payload ? payload.key : undefined;
}

/** History is asked by id, while posting takes the name. */
async function channelId(client: WebClient, channel: string): Promise<string | undefined> {
  if (!channel.startsWith('#')) return channel;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_CHANNEL_PAGES; page++) {
    const answer = await client.conversations.list({
      types: 'public_channel,private_channel',
      exclude_archived: true,
      limit: 1_000,
      ...(cursor === undefined ? {} : { cursor }),
    });
    const found = answer.channels?.find((one) => `#${one.name}` === channel);
    if (found?.id !== undefined) return found.id;
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return undefined;
  }
  return undefined;
}
