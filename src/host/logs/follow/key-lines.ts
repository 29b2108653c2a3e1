import { MASK } from '../../../shared/text/secrets/mask';
import type { Redact } from '../../redact';

const EDGE = /-----(BEGIN|END) [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const BEGIN = '-----BEGIN PRIVATE KEY-----';
/** No key is longer: a beginning without an end hides no more than this. */
const KEY_LINES = 200;

/** Lines as they may leave the host, and how many of the next ones may still be of a key that began in these. */
export interface MaskedLines {
  lines: string[];
  keyLines: number;
}

/**
 * Masks lines as one text, because a secret may span several, also where it began in lines that were read before: those of
 * a private key look like nothing by themselves. Each is cut only then.
 *
 * @param keyLines what `MaskedLines` said of the lines before these
 */
export function maskOnwards(lines: string[], keyLines: number, redact: Redact, lineCharacters: number): MaskedLines {
  if (lines.length === 0) return { lines: [], keyLines };
  const text = lines.join('\n');
  const masked = keyLines > 0 ? redact(`${BEGIN}\n${text}`).replace(MASK, '').replace(/^\n/, '') : redact(text);
  const shown = masked === '' ? [] : masked.split('\n').map((line) => clip(line, lineCharacters));
  return { lines: shown, keyLines: leftOf(lines, keyLines) };
}

function leftOf(lines: string[], keyLines: number): number {
  const edges = lines.flatMap((line, at) => [...line.matchAll(EDGE)].map(([, edge]) => ({ edge, at })));
  const last = edges.at(-1);
  if (last === undefined) return Math.max(0, keyLines - lines.length);
  return last.edge === 'END' ? 0 : Math.max(0, KEY_LINES - (lines.length - 1 - last.at));
}

function clip(line: string, characters: number): string {
  return line.length <= characters ? line : `${line.slice(0, characters - 1)}…`;
}
