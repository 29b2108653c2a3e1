import type { Part, TopicAnswer } from '../../../shared/topics/answers';
import { clipTo, terminalWidth } from '../../support/table';

/** A part of an answer below its title, and the command of the document that it stands for. */
export function section(title: string, command: string, lines: string[]): string[] {
  return ['', `${title}  [${command}]`, ...lines.map((line) => clipTo(terminalWidth(), `  ${line}`))];
}

/** What a part says, or why it could not be read. */
export function tell<T>(part: Part<T>, lines: (value: T) => string[]): string[] {
  return 'problem' in part ? [`NOT READ: ${part.problem}`] : lines(part.value);
}

/** Whether a part of it could not be read. */
export function hasProblem({ answer }: Pick<TopicAnswer, 'answer'>): boolean {
  return holdsProblem(answer);
}

function holdsProblem(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsProblem);
  if (typeof value !== 'object' || value === null) return false;
  const { problem } = value as { problem?: unknown };
  return (typeof problem === 'string' && problem !== '') || Object.values(value).some(holdsProblem);
}

/** `12`, or `?` where it is not said. */
export function known(value: number | null): string {
  return value === null ? '?' : String(value);
}

/** `1 key`, `12 keys` */
export function many(count: number, thing: string, things = `${thing}s`): string {
  return `${count} ${count === 1 ? thing : things}`;
}
