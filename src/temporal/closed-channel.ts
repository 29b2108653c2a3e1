import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = ReturnType<typeof makeGrpcRetryInterceptor>;
type Call = ReturnType<Interceptor>;
type Metadata = Parameters<Call['start']>[0];
type Listener = Parameters<Call['start']>[1];

/** gRPC's number of a call that was called off. */
const CANCELLED = 1;

/**
 * What a connection sends its calls through: the client's own retries, and behind them the end of a call whose connection
 * was closed meanwhile. A retry is made by a timer; what gRPC throws there for a closed channel would end the process.
 */
export const CALL_INTERCEPTORS: Interceptor[] = [
  makeGrpcRetryInterceptor(defaultGrpcRetryOptions()),
  (options, nextCall) => {
    try {
      return nextCall(options) as Call;
    } catch (err) {
      return endedCall(err instanceof Error ? err.message : String(err)) as Call;
    }
  },
];

/** A call that ends as soon as it is begun. */
function endedCall(details: string): Pick<Call, keyof Call> {
  const nothing = (): void => undefined;
  return {
    start: (metadata: Metadata, listener: Listener) => {
      setImmediate(() => {
        // As gRPC does: the retries wait for a message, also for none.
        listener?.onReceiveMessage?.(null);
        listener?.onReceiveStatus?.({ code: CANCELLED, details, metadata });
      });
    },
    getPeer: () => 'unknown',
    getAuthContext: () => null,
    ...{ cancelWithStatus: nothing, sendMessageWithContext: nothing, sendMessage: nothing },
    ...{ startRead: nothing, halfClose: nothing },
  };
}
