/** A TCP connection read piece by piece, with a deadline over all of it. */
import { connect, type Socket } from 'node:net';

export interface Conversation {
  send(data: Buffer | string): void;
  /** The next `bytes` bytes. Rejects when the other side closes before they came. */
  read(bytes: number): Promise<Buffer>;
  /** The next line without its line end. */
  readLine(): Promise<string>;
}

/**
 * Connects to `url`'s host and port, talks, and hangs up however the talk ends.
 *
 * @throws Error `timed out after <ms> ms`, the connection's own error, or what `talk` throws.
 */
export async function converse<T>(
  url: URL,
  timeoutMs: number,
  talk: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  const timer = setTimeout(() => socket.destroy(new Error(`timed out after ${timeoutMs} ms`)), timeoutMs);
  try {
    return await talk(conversationOn(socket));
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function conversationOn(socket: Socket): Conversation {
  const reader = createReader(socket);
  return {
    send: (data) => void socket.write(data),
    read: (bytes) => reader(() => bytes),
    readLine: async () => (await reader((buffer) => buffer.indexOf('\n') + 1)).toString('utf8').trimEnd(),
  };
}

/** How many bytes of the buffer make the next piece; 0 while that cannot be told yet. */
type Measure = (buffer: Buffer) => number;

function createReader(socket: Socket): (measure: Measure) => Promise<Buffer> {
  let buffer = Buffer.alloc(0);
  let failure: Error | null = null;
  let retry: () => void = () => undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    retry();
  };
  socket.on('data', (data) => {
    buffer = Buffer.concat([buffer, data]);
    retry();
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('closed by the other side')));
  return (measure) =>
    new Promise((resolve, reject) => {
      retry = () => {
        const bytes = measure(buffer);
        if (bytes > 0 && buffer.length >= bytes) {
          resolve(buffer.subarray(0, bytes));
          buffer = buffer.subarray(bytes);
        } else if (failure !== null) reject(failure);
      };
      retry();
    });
}
