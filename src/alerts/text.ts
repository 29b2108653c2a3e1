import { MASK, maskSecrets } from '../shared/text/secrets/mask';
import { isSecretName } from '../shared/text/secrets/names';
import { withoutTerminalSequences } from '../shared/text/terminal';

const MAX_NAME = 200;
const MAX_VALUE = 1_000;
/** Longer texts are cut before secrets are looked for, too. */
const MAX_LOOKED_AT = 4 * 1024;
const ELLIPSIS = '…';

/** How much of a record is kept. */
export interface Bounds {
  names: number;
  /** Names and values together, in UTF-8. */
  bytes: number;
}

/**
 * Text of an alert as it may leave intake. It is whatever a target exported: secrets are masked, characters that drive a
 * terminal replaced, and it is cut.
 */
export function clip(text: string, length = MAX_VALUE): string {
  const masked = maskSecrets(withoutTerminalSequences(text.slice(0, MAX_LOOKED_AT)));
  const plain = masked.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
  return plain.length <= length ? plain : `${plain.slice(0, length - 1)}${ELLIPSIS}`;
}

/** The first entries of a record that fit, in its order, clipped. The last of them may be cut short. */
export function clipRecord(entries: Iterable<[string, string]>, { names, bytes }: Bounds): Record<string, string> {
  const kept: [string, string][] = [];
  let left = bytes;
  for (const [name, value] of entries) {
    const key = clip(name, MAX_NAME);
    const room = left - Buffer.byteLength(key);
    if (kept.length === names || room < 1) break;
    const text = cutBytes(isSecretName(name) && value !== '' ? MASK : clip(value), room);
    left = room - Buffer.byteLength(text);
    kept.push([key, text]);
  }
  return Object.fromEntries(kept);
}

function cutBytes(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const start = Buffer.from(text).subarray(0, Math.max(0, bytes - Buffer.byteLength(ELLIPSIS)));
  // A character that was cut in two reads as one that is unknown.
  return `${start.toString().replace(/\ufffd+$/, '')}${ELLIPSIS}`;
}
