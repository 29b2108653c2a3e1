/** A picture, as small as a picture can be. */

/** 16 by 16 pixels. */
const TINY = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wCEABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBk' +
    'eFxlZ2MBERISGBUYLxoaL2NCOEJjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY//AABEIABAAEAMBEQAC' +
    'EQEDEQH/xAGiAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEV' +
    'UtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo' +
    'qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+gEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoLEQACAQIE' +
    'BAMEBwUEBAABAncAAQIDEQQFITEGEkFRB2FxEyIygQgUQpGhscEJIzNS8BVictEKFiQ04SXxFxgZGiYnKCkqNTY3ODk6Q0RFRkdISUpTVFVWV1hZ' +
    'WmNkZWZnaGlqc3R1dnd4eXqCg4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2dri4+Tl5ufo6ery8/T1' +
    '9vf4+fr/2gAMAwEAAhEDEQA/ALXn+9Zch4SwHkN8/wB6fIWsB5Gd5/vXTyH2iwHkJ5/vRyFrAeR//9k=',
  'base64',
);
const COMMENT = 0xfffe;
const SCAN = 0xda;
const MARKER = 0xff;

/** A valid JPEG of this many bytes, at most 64 KiB: a comment fills it up. */
export function jpeg(bytes: number): Buffer {
  const head = Buffer.alloc(4);
  const filling = bytes - TINY.length - head.length;
  head.writeUInt16BE(COMMENT, 0);
  head.writeUInt16BE(filling + 2, 2);
  return Buffer.concat([TINY.subarray(0, 2), head, Buffer.alloc(filling), TINY.subarray(2)]);
}

/** Why these bytes are no whole JPEG: its segments up to the picture, and its end. Null where they are. */
export function whatIsWrong(image: Buffer): string | null {
  if (image.length < 4 || image.readUInt16BE(0) !== 0xffd8) return 'not a JPEG file';
  for (let at = 2; at + 4 <= image.length; at += 2 + image.readUInt16BE(at + 2)) {
    if (image[at] !== MARKER) return `no segment at byte ${at}`;
    if (image[at + 1] !== SCAN) continue;
    return image.lastIndexOf(Buffer.from([MARKER, 0xd9])) > at ? null : 'premature end of JPEG data';
  }
  return 'premature end of JPEG header';
}
