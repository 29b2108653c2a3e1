import { plain } from '../incident/print-timeline';

/** Lines on standard output. Texts of others in them cannot steer the terminal. */
export function print(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${plain(line)}\n`).join(''));
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
