import { createRequire } from 'node:module';
import type net from 'node:net';
import path from 'node:path';

/** AMQP as amqplib itself writes and reads it; its inner modules have no types. */
interface Frame {
  channel: number;
  id?: number;
}
interface Codec {
  encodeMethod(id: number, channel: number, fields: object): Buffer;
  [method: string]: unknown;
}
interface Framing {
  parseFrame(buffer: Buffer): false | { rest: Buffer };
  decodeFrame(frame: unknown): Frame;
}
const inner = (name: string) =>
  createRequire(__filename)(path.join(path.dirname(require.resolve('amqplib')), 'lib', name));
const codec = inner('defs') as Codec;
const framing = inner('frame') as Framing;

const PROTOCOL_HEADER_BYTES = 8;

/** How a broker behaves towards one who connects. */
export interface Broker {
  /** Reason of the alarm by which it blocks whoever publishes. */
  blocks?: string;
  /** Ends the connection in place of taking the login, or of opening the virtual host. */
  closes?: { at: 'login' | 'open'; replyCode: number; replyText: string };
  /** Answers a publication by closing its channel. */
  refusesPublish?: boolean;
  /** Messages that came. */
  published: number;
}

/** Plays one connection of a RabbitMQ, up to its end. */
export function playBroker(socket: net.Socket, broker: Broker): void {
  let buffer = Buffer.alloc(0);
  let isGreeted = false;
  let isBlocked = false;
  const method = (name: string) => codec[name] as number;
  const send = (name: string, channel: number, fields: object = {}) =>
    socket.write(codec.encodeMethod(method(name), channel, fields));

  const closesAt = (at: 'login' | 'open') => {
    if (broker.closes?.at !== at) return false;
    return send('ConnectionClose', 0, { ...broker.closes, classId: 10, methodId: 40 });
  };

  const answers: Record<string, (frame: Frame) => unknown> = {
    ConnectionStartOk: () =>
      closesAt('login') || send('ConnectionTune', 0, { channelMax: 10, frameMax: 131_072, heartbeat: 0 }),
    ConnectionOpen: () => closesAt('open') || send('ConnectionOpenOk', 0),
    ChannelOpen: ({ channel }) => send('ChannelOpenOk', channel),
    BasicPublish: ({ channel }) => {
      broker.published += 1;
      const refusal = { replyCode: 403, replyText: 'ACCESS_REFUSED - write', classId: 60, methodId: 40 };
      if (broker.refusesPublish === true) send('ChannelClose', channel, refusal);
      if (broker.blocks === undefined) return;
      // It reads nothing more from whom it blocks.
      isBlocked = true;
      send('ConnectionBlocked', 0, { reason: broker.blocks });
    },
    ChannelClose: ({ channel }) => send('ChannelCloseOk', channel),
    ConnectionClose: () => {
      send('ConnectionCloseOk', 0);
      socket.end();
    },
    ConnectionCloseOk: () => socket.end(),
  };

  socket.on('data', (data) => {
    buffer = Buffer.concat([buffer, data]);
    if (!isGreeted) {
      isGreeted = true;
      buffer = buffer.subarray(PROTOCOL_HEADER_BYTES);
      const serverProperties = { product: 'Fake', version: '1.2.3' };
      send('ConnectionStart', 0, {
        versionMajor: 0,
        versionMinor: 9,
        serverProperties,
        mechanisms: Buffer.from('PLAIN'),
        locales: Buffer.from('en_US'),
      });
    }
    for (let parsed = framing.parseFrame(buffer); parsed !== false && !isBlocked; parsed = framing.parseFrame(buffer)) {
      buffer = Buffer.from(parsed.rest);
      const frame = framing.decodeFrame(parsed);
      const name = Object.keys(answers).find((known) => method(known) === frame.id);
      if (name !== undefined) answers[name]!(frame);
    }
  });
}
