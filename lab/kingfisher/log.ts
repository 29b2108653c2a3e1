/** Lines of service.log, as the real service writes them. */

export type Level = 'INFO' | 'WARNING' | 'ERROR';

/** One line of service.log, on standard output: the unit (or whoever started the process) appends it to the file. */
export function log(level: Level, logger: string, message: string): void {
  process.stdout.write(`${new Date().toISOString()} ${level} [${logger}] ${message}\n`);
}
