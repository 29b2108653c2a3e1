/** Program of a worker thread: spends seconds of processor time, however long that takes, and ends. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const NANOSECONDS = 1e9;
const ROUND = 20_000;

/** Processor time of this thread so far; the kernel's own count, which waiting adds nothing to. */
function spentNs(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]);
}

const until = spentNs() + Number(workerData) * NANOSECONDS;
while (spentNs() < until) {
  for (let round = 0; round < ROUND; round++) createHash('md5').update('kingfisher').digest();
}
