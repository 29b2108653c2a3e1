import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload, PayloadConverter } from '@temporalio/common';

/**
 * How workflows read what is sent to them. The SDK's own converter throws for what is no JSON, or of an encoding that it
 * does not know, and a signal that throws makes its workflow's task fail for ever. Here it is a value like any other, which
 * no message takes.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload: <T>(payload: Payload): T => {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (err) {
      return new Unreadable(err instanceof Error ? err.message : String(err)) as T;
    }
  },
};

/** Stands for what could not be read. */
class Unreadable {
  constructor(readonly why: string) {}
}
