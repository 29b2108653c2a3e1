/** What the bytes of a file say of the image that they are, without decoding it. */

export type ImageKind = 'jpeg' | 'png' | 'other' | 'none' | 'empty';

const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MARKER = 0xff;
const SCAN = 0xda;
/** Baseline, extended and progressive, by Huffman coding: all that cameras and programs write. */
const USUAL_FRAMES = [0xc0, 0xc1, 0xc2];
/** Other frames: lossless, hierarchical, arithmetic. C4, C8 and CC are no frames. */
const FRAMES = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

export function kindOf(bytes: Buffer): ImageKind {
  if (bytes.length === 0) return 'empty';
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0xffd8) return 'jpeg';
  if (bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE)) return 'png';
  const start = bytes.subarray(0, 12).toString('latin1');
  return /^(?:GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP|....ftyp)/s.test(start) ? 'other' : 'none';
}

/** Of a JPEG; undefined where it has no frame, or its segments do not lead to one. */
export function jpegFrame(bytes: Buffer): { isUsual: boolean } | undefined {
  for (let at = 2; at + 5 <= bytes.length;) {
    if (bytes[at] !== MARKER) return undefined;
    const marker = bytes[at + 1]!;
    // Any number of fill bytes may stand before a marker.
    if (marker === MARKER) {
      at += 1;
      continue;
    }
    if (marker === SCAN) return undefined;
    if (FRAMES.includes(marker)) return { isUsual: USUAL_FRAMES.includes(marker) && bytes[at + 4] === 8 };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Whether a JPEG comes to its end: decoders make up what is missing. */
export function isWholeJpeg(bytes: Buffer): boolean {
  return bytes.lastIndexOf(Buffer.from([MARKER, 0xd9])) > bytes.indexOf(Buffer.from([MARKER, SCAN]));
}
