import type { LogsAnswer } from '../../../shared/topics/logs';

/** Each log below its name, whole lines: they are not cut to the terminal. */
export function renderLogs({ reads }: LogsAnswer): string[] {
  return reads.flatMap(({ source, path, lines, notes, problem }) => [
    '',
    `${path}  [${source === 'file' ? 'tail' : 'journalctl -u'}]`,
    ...(problem === '' ? [] : [`  NOT READ: ${problem}`]),
    ...notes.map((note) => `  (${note})`),
    ...(problem === '' && notes.length === 0 && lines.length === 0 ? ['  (no lines)'] : []),
    ...lines.map((line) => `  ${line}`),
  ]);
}
