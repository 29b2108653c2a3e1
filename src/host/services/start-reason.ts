import type { StartReason } from '../../shared/observations/service';

const AT_MOST = 3;

/** `1 validation error for Settings`: what follows are pairs of a field and what is wrong with it. */
const PYDANTIC = /\b\d+ validation errors? for \S+/;
/** `KINGFISHER_PORT: expected a port`, `openai.max_qps: must be at least 1`. */
const SETTING =
  /\b([A-Za-z][\w-]*(?:[._][\w-]+)+|[A-Z][A-Z0-9_]{2,})(?:'|")?: .*\b(?:expected|invalid|must|should|required|missing|not a valid|not allowed|unknown)\b/i;
const CONFIGURATION =
  /\b(?:invalid|missing|unknown|bad|malformed|cannot (?:read|load|parse))\b.*\b(?:config\w*|settings?|environment|option|variable|argument)\b/i;
const PORT = /EADDRINUSE|address (?:is )?already in use/i;
const PROGRAM = /ModuleNotFoundError|ImportError|Cannot find module|ERR_MODULE_NOT_FOUND|SyntaxError|IndentationError/;
const DENIED = /PermissionError|EACCES|permission denied/i;
/** `ValueError: …`, `[ERROR] …`, `level=fatal …` */
const ERROR =
  /^(?:[\w.]+\.)?\w*(?:Error|Exception)\b|\b(?:FATAL|CRITICAL|ERROR|panic)\b|"level":\s*"(?:error|fatal|critical)"/;
/** Of systemd, before the program runs. */
const UNIT =
  /Failed at step|Failed to (?:load environment files|set up|execute|locate executable)|Changing to the requested working directory failed/;

/** A line of a journal: who wrote it, and what. */
export interface Said {
  name: string;
  text: string;
}

/**
 * Why a start failed, of what was said since it began: what people call the reason rather than the last line, which is often
 * a stack or systemd's summary. `null` where nothing says so.
 */
export function reasonOf(said: Said[]): StartReason | null {
  const own = said.filter(({ name }) => name !== 'systemd').map(({ text }) => text);
  const last = (pattern: RegExp) => own.findLast((text) => pattern.test(text))?.trim();
  const validation = pydanticOf(own);
  if (validation !== undefined) return { kind: 'configuration', text: validation };
  const found: [StartReason['kind'], string | undefined][] = [
    ['port', last(PORT)],
    ['configuration', last(SETTING) ?? last(CONFIGURATION)],
    ['program', last(PROGRAM)],
    ['denied', last(DENIED)],
    ['error', last(ERROR)],
    ['unit', said.findLast(({ name, text }) => name === 'systemd' && UNIT.test(text))?.text],
  ];
  const [kind, text] = found.find(([, line]) => line !== undefined) ?? [];
  return kind === undefined || text === undefined ? null : { kind, text };
}

/** `PORT: Input should be a valid integer` */
function pydanticOf(lines: string[]): string | undefined {
  const start = lines.findLastIndex((line) => PYDANTIC.test(line));
  if (start === -1) return undefined;
  const wrong: string[] = [];
  for (let at = start + 1; at + 1 < lines.length; at += 2) {
    const [field, message] = [lines[at]!, lines[at + 1]!];
    // A line that explains is set in; a link to the documentation may follow it.
    if (/^\s/.test(field) || !/^\s+\S/.test(message)) break;
    wrong.push(`${field.trim()}: ${message.trim().replace(/\s*\[type=.*$/, '')}`);
    if (/^\s+For further information/.test(lines[at + 2] ?? '')) at += 1;
  }
  if (wrong.length === 0) return undefined;
  const more = wrong.length > AT_MOST ? `; and ${wrong.length - AT_MOST} more` : '';
  return `${wrong.slice(0, AT_MOST).join('; ')}${more}`;
}
