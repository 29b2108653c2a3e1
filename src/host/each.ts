/** Files that are worked on at a time. */
const AT_ONCE = 16;

/** Runs `work` for each item, 16 at a time. After the first failure, or an abort, nothing new is begun. */
export async function forEach<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async () => {
    while (next < items.length && !failed) {
      signal?.throwIfAborted();
      await work(items[next++]!);
    }
  };
  const stopping = async () => {
    try {
      await worker();
    } catch (err) {
      failed = true;
      throw err;
    }
  };
  // All have ended when this returns: nobody works on in a folder that is closed.
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, stopping));
  const failure = ends.find((end) => end.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
