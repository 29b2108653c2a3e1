import type { Connection } from '@temporalio/client';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes';
import { searchAttributes } from '../shared/search-attributes';

/**
 * Registers Halcyon's search attributes in the namespace where they are missing. Idempotent; several processes may do
 * it at once. An unregistered one would make every workflow task fail.
 *
 * @throws gRPC errors when Temporal is away, or without the right to change the namespace: then an operator must add
 *   them (docs/operations.md).
 */
export async function registerSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const known = customAttributes ?? {};
  const missing = Object.values(searchAttributes).filter((key) => !(key.name in known));
  if (missing.length > 0) await addSearchAttributes(connection, namespace, missing);
}

/** Adds these, or all, without asking first which are there (the time-skipping test server cannot tell). */
export async function addSearchAttributes(
  connection: Pick<Connection, 'operatorService'>,
  namespace: string,
  keys = Object.values(searchAttributes),
): Promise<void> {
  const types = Object.fromEntries(
    keys.map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type) ?? 0]),
  );
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: types });
  } catch (err) {
    if (!isAlreadyExists(err)) throw err;
  }
}

const GRPC_ALREADY_EXISTS = 6;

function isAlreadyExists(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === GRPC_ALREADY_EXISTS;
}
