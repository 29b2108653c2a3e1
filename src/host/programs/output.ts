import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

interface Output {
  stdout: string;
  stderr: string;
  truncated: boolean;
}

/** Reads both streams to their end but keeps only the first `limitBytes` of each, so that a child never blocks on us. */
export function collectOutput(child: ChildProcess, limitBytes: number): () => Output {
  const stdout = keepFirst(child.stdout, limitBytes);
  const stderr = keepFirst(child.stderr, limitBytes);
  return () => ({ stdout: stdout.text(), stderr: stderr.text(), truncated: stdout.truncated() || stderr.truncated() });
}

function keepFirst(stream: Readable | null, limitBytes: number) {
  const chunks: Buffer[] = [];
  let kept = 0;
  let truncated = false;
  stream?.on('data', (chunk: Buffer) => {
    const room = limitBytes - kept;
    if (chunk.length > room) truncated = true;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    kept += Math.min(room, chunk.length);
  });
  // Destroyed after the child has ended; what it says then is of no interest.
  stream?.on('error', () => {});
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => truncated };
}
