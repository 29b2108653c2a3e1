/** As much of AMQP 0-9-1 as an outbox publisher needs: connect, declare the exchange, publish. */
import type { Conversation } from './socket';

const FRAME_METHOD = 1;
const FRAME_HEADER = 2;
const FRAME_BODY = 3;
const FRAME_END = 0xce;
const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');

/** Class and method numbers by their names in the specification. */
const METHODS = {
  connectionStart: [10, 10],
  connectionStartOk: [10, 11],
  connectionTune: [10, 30],
  connectionTuneOk: [10, 31],
  connectionOpen: [10, 40],
  connectionOpenOk: [10, 41],
  channelOpen: [20, 10],
  channelOpenOk: [20, 11],
  exchangeDeclare: [40, 10],
  exchangeDeclareOk: [40, 11],
  basicPublish: [60, 40],
} as const;
type Method = keyof typeof METHODS;

/** First half of the handshake: the broker offers itself. Throws when what answers is not AMQP. */
export async function greet(conversation: Conversation): Promise<void> {
  conversation.send(PROTOCOL_HEADER);
  await expectMethod(conversation, 'connectionStart');
}

/** The whole handshake and one open channel. Throws with the broker's own words when it refuses. */
export async function openChannel(conversation: Conversation, url: URL): Promise<void> {
  await greet(conversation);
  const login = `\0${decodeURIComponent(url.username)}\0${decodeURIComponent(url.password)}`;
  send(conversation, 0, 'connectionStartOk', uint32(0), short('PLAIN'), long(login), short('en_US'));
  const tune = await expectMethod(conversation, 'connectionTune');
  // The broker's limits, and no heartbeat: connections of the stand-in are short.
  send(conversation, 0, 'connectionTuneOk', tune.subarray(0, 6), uint16(0));
  const vhost = decodeURIComponent(url.pathname.slice(1)) || '/';
  send(conversation, 0, 'connectionOpen', short(vhost), short(''), uint8(0));
  await expectMethod(conversation, 'connectionOpenOk');
  send(conversation, 1, 'channelOpen', short(''));
  await expectMethod(conversation, 'channelOpenOk');
}

/** Declares a durable topic exchange on channel 1. Throws when one of that name exists with other properties. */
export async function declareTopicExchange(conversation: Conversation, name: string): Promise<void> {
  const durable = uint8(0b10);
  send(conversation, 1, 'exchangeDeclare', uint16(0), short(name), short('topic'), durable, uint32(0));
  await expectMethod(conversation, 'exchangeDeclareOk');
}

/** Publishes one persistent message on channel 1. */
export function publish(conversation: Conversation, exchange: string, routingKey: string, body: string): void {
  const content = Buffer.from(body);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(content.length));
  const persistent = Buffer.concat([uint16(0x1000), uint8(2)]);
  send(conversation, 1, 'basicPublish', uint16(0), short(exchange), short(routingKey), uint8(0));
  conversation.send(frame(FRAME_HEADER, 1, Buffer.concat([uint16(60), uint16(0), size, persistent])));
  conversation.send(frame(FRAME_BODY, 1, content));
}

function send(conversation: Conversation, channel: number, method: Method, ...args: Buffer[]): void {
  const [classId, methodId] = METHODS[method];
  conversation.send(frame(FRAME_METHOD, channel, Buffer.concat([uint16(classId), uint16(methodId), ...args])));
}

/** Arguments of the next frame, which must be this method. */
async function expectMethod(conversation: Conversation, method: Method): Promise<Buffer> {
  const head = await conversation.read(7);
  if (head[0] !== FRAME_METHOD) throw new Error('the answer is not AMQP 0-9-1');
  const payload = await conversation.read(head.readUInt32BE(3) + 1);
  const [classId, methodId] = METHODS[method];
  if (payload.readUInt16BE(0) === classId && payload.readUInt16BE(2) === methodId) return payload.subarray(4, -1);
  throw new Error(`expected ${method}, got ${refusal(payload)}`);
}

/** connection.close and channel.close carry a code and a text. */
function refusal(payload: Buffer): string {
  const name = `${payload.readUInt16BE(0)}.${payload.readUInt16BE(2)}`;
  if (name !== '10.50' && name !== '20.40') return `method ${name}`;
  return `${payload.readUInt16BE(4)} ${payload.toString('utf8', 7, 7 + payload[6]!)}`;
}

function frame(type: number, channel: number, payload: Buffer): Buffer {
  return Buffer.concat([uint8(type), uint16(channel), uint32(payload.length), payload, uint8(FRAME_END)]);
}

function uint8(value: number): Buffer {
  return Buffer.from([value]);
}

function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16BE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint8(bytes.length), bytes]);
}

function long(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
