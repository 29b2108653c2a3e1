/** The first half of AMQP 0-9-1's handshake: enough to see a broker, at no cost. */
import type { Conversation } from './socket';

const FRAME_METHOD = 1;
const PROTOCOL_HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
/** Class 10, method 10. */
const CONNECTION_START = 0x000a_000a;

/** The broker offers itself. Throws when what answers is not AMQP. */
export async function greet(conversation: Conversation): Promise<void> {
  conversation.send(PROTOCOL_HEADER);
  const head = await conversation.read(7);
  if (head[0] !== FRAME_METHOD) throw new Error('the answer is not AMQP 0-9-1');
  const payload = await conversation.read(head.readUInt32BE(3) + 1);
  if (payload.readUInt32BE(0) !== CONNECTION_START) throw new Error('the broker does not begin with connection.start');
}
