/** Runs what is given under one key one after another, in order. */
export type Serialize = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function createSerializer(): Serialize {
  const last = new Map<string, Promise<unknown>>();
  return async function inTurn(key, work) {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    last.set(key, mine);
    return await mine;
  };
}
