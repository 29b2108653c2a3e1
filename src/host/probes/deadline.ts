/** A probe's time was over. */
export class ProbeTimeout extends Error {
  override readonly name = 'ProbeTimeout';
}

/**
 * Gives `ask` a signal that aborts after `ms` or with `outer`, and does not wait for it any longer than that. The signal
 * has always aborted when this returns: sockets that listen to it are closed.
 *
 * @throws ProbeTimeout, the reason of `outer`, or what `ask` throws.
 */
export async function withDeadline<T>(
  ms: number,
  outer: AbortSignal | undefined,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  outer?.throwIfAborted();
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new ProbeTimeout(`no answer within ${ms} ms`)), ms);
  const cancel = () => controller.abort(outer?.reason);
  outer?.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([ask(controller.signal), whenAborted(controller.signal)]);
  } catch (err) {
    controller.signal.throwIfAborted();
    throw err;
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', cancel);
    controller.abort(new ProbeTimeout('the probe is over'));
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  aborted.catch(() => {});
  return aborted;
}
