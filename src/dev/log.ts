/** Writes one line of the common log. */
export type Say = (part: string, text: string) => void;

const WIDTH = 'controller'.length;
/** Of pino. */
const LEVELS: Record<number, string> = { 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };
/** Facts that say nothing to people. */
const LEFT_OUT = new Set(['taskToken', 'sdkComponent', 'isLocal', 'namespace']);

/** The common log: each line with its time (UTC) and its part. */
export function createLog(out: { write(text: string): unknown }, now = () => new Date()): Say {
  return (part, text) => {
    const { time, message } = read(text);
    const clock = (time ?? now().toISOString()).slice(11, 19);
    out.write(`${clock} ${part.padEnd(WIDTH)} ${printable(message)}\n`);
  };
}

/** A line of JSON as people read it; any other as it is. */
function read(text: string): { time?: string; message: string } {
  const fields = parse(text);
  if (fields === undefined) return { message: text };
  const { level, time, msg, ...facts } = fields;
  const told = Object.entries(facts).filter(([key]) => !LEFT_OUT.has(key));
  const words = told.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = [LEVELS[Number(level)], msg, ...words].filter((word) => word !== undefined && word !== '').join(' ');
  return { message, ...(typeof time === 'string' ? { time } : {}) };
}

function parse(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** What comes from alerts and programs moves no cursor. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
