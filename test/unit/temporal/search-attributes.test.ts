import { searchAttributes } from '../../../src/shared/search-attributes';
import { addSearchAttributes, registerSearchAttributes } from '../../../src/temporal/search-attributes';

type Connection = Parameters<typeof registerSearchAttributes>[0];

const NAMES = Object.values(searchAttributes).map((key) => key.name);

/** Answers as Temporal's operator service does; `known` are there already. */
function operator(known: string[], failure?: Error) {
  const added: { namespace: string; searchAttributes: Record<string, number> }[] = [];
  const operatorService = {
    listSearchAttributes: () =>
      Promise.resolve({ customAttributes: Object.fromEntries(known.map((name) => [name, 2])) }),
    addSearchAttributes: (request: (typeof added)[number]) => {
      if (failure !== undefined) return Promise.reject(failure);
      added.push(request);
      return Promise.resolve({});
    },
  };
  return { added, connection: { operatorService } as unknown as Connection };
}

describe('registerSearchAttributes', () => {
  it('adds all to a new namespace, a text as a keyword and a number as one', async () => {
    const { added, connection } = operator([]);
    await registerSearchAttributes(connection, 'ops');
    expect(added).toHaveLength(1);
    expect(added[0]?.namespace).toBe('ops');
    expect(Object.keys(added[0]!.searchAttributes).sort()).toEqual([...NAMES].sort());
    // Temporal's IndexedValueType: 2 is a keyword, 3 an integer.
    expect(added[0]?.searchAttributes).toMatchObject({ HalcyonHost: 2, HalcyonTier: 3 });
  });

  it('adds only what is missing, and asks for nothing when all are there', async () => {
    const some = operator(NAMES.filter((name) => name !== 'HalcyonTier'));
    await registerSearchAttributes(some.connection, 'ops');
    expect(some.added).toEqual([{ namespace: 'ops', searchAttributes: { HalcyonTier: 3 } }]);
    const all = operator([...NAMES, 'SomebodyElses']);
    await registerSearchAttributes(all.connection, 'ops');
    expect(all.added).toEqual([]);
  });

  it('does not mind another process that was faster', async () => {
    const { connection } = operator([], Object.assign(new Error('already exists'), { code: 6 }));
    await expect(addSearchAttributes(connection, 'ops')).resolves.toBeUndefined();
  });

  it('passes on every other failure', async () => {
    const denied = Object.assign(new Error('permission denied'), { code: 7 });
    await expect(registerSearchAttributes(operator([], denied).connection, 'ops')).rejects.toBe(denied);
  });
});
