/** The win rate of a symbol, in percent. */
export function run(symbol: string): string {
  const sum = [...symbol].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return `${symbol}: ${sum % 100} %`;
}
