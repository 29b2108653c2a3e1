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
): Promise<string[]> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((key) => !(key.name in (customAttributes ?? {})));
  if (missing.length === 0) return [];
  const wanted = Object.fromEntries(
    missing.map((key) => [key.name, encodeSearchAttributeIndexedValueType(key.type) ?? 0]),
  );
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  } catch (err) {
    if (!isAlreadyExists(err)) throw err;
  }
  return missing.map((key) => key.name);
}

const GRPC_ALREADY_EXISTS = 6;

function isAlreadyExists(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === GRPC_ALREADY_EXISTS;
}
