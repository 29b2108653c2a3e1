import { TemporalUnavailable, isUnknownSearchAttribute, withinDeadline } from '../../../src/intake/temporal-errors';

type Connection = Parameters<typeof withinDeadline>[0];

/** Sets no deadline of its own, as a channel that is still connecting. */
const deaf = { withDeadline: (_: number, calls: () => Promise<unknown>) => calls() } as unknown as Connection;

/** As the client wraps it: its own error around gRPC's. */
function grpcError(code: number, message = 'grpc'): Error {
  return new Error('Failed', { cause: new Error('wrapped', { cause: Object.assign(new Error(message), { code }) }) });
}

describe('withinDeadline', () => {
  it('gives what the calls give', async () => {
    expect(await withinDeadline(deaf, 1_000, () => Promise.resolve(5))).toBe(5);
  });

  it('ends a call that never ends', async () => {
    const never = withinDeadline(deaf, 20, () => new Promise(() => undefined));
    await expect(never).rejects.toThrow(TemporalUnavailable);
  });

  it.each([1, 4, 8, 14])('says unavailable for gRPC %d, wrapped or not', async (code) => {
    for (const err of [grpcError(code), Object.assign(new Error('bare'), { code })]) {
      const call = withinDeadline(deaf, 1_000, () => Promise.reject(err));
      await expect(call).rejects.toMatchObject({ name: 'TemporalUnavailable', cause: err });
    }
  });

  it.each([grpcError(3), grpcError(7), new TypeError('a bug')])('passes on %s', async (err) => {
    await expect(withinDeadline(deaf, 1_000, () => Promise.reject(err))).rejects.toBe(err);
  });
});

describe('isUnknownSearchAttribute', () => {
  it.each([
    [grpcError(3, 'Namespace default has no mapping defined for search attribute HalcyonHost'), true],
    [grpcError(3, 'search attribute HalcyonHost is not defined'), true],
    [grpcError(3, 'workflow id too long'), false],
    [grpcError(5, 'search attribute HalcyonHost is not defined'), false],
    [new Error('search attribute HalcyonHost is not defined'), false],
    ['search attribute HalcyonHost is not defined', false],
  ])('%s: %s', (err, expected) => {
    expect(isUnknownSearchAttribute(err)).toBe(expected);
  });
});
