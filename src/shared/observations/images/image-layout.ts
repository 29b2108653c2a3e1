/** Images in folders of any name, or none: the day of one is told by when it was last written. */
export const FLAT = 'flat';

const DAY_MS = 86_400_000;
const TOKENS = { YYYY: String.raw`\d{4}`, MM: '(?:0[1-9]|1[0-2])', DD: '(?:0[1-9]|[12][0-9]|3[01])' };

/**
 * How images are filed by day: `flat`, or the path of a day's folder below that of the images.
 *
 * @example isLayout('YYYY/MM/DD') && isLayout('by-day/YYYY-MM-DD') && !isLayout('YYYY/MM')
 */
export function isLayout(text: string): boolean {
  if (text === FLAT) return true;
  if (text.length > 100) return false;
  const isPlain = text.split('/').every((step) => /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(step));
  return isPlain && Object.keys(TOKENS).every((token) => text.includes(token));
}

/** Steps from the folder of images to that of a day, `2026-11-23`; none where they lie flat. */
export function stepsTo(layout: string, day: string): string[] {
  const [year = '', month = '', date = ''] = day.split('-');
  if (layout === FLAT) return [];
  return layout.replaceAll('YYYY', year).replaceAll('MM', month).replaceAll('DD', date).split('/');
}

/** Whether a path below the folder of images is, or lies in, the folder of some day. */
export function isInDay(layout: string, below: string): boolean {
  if (layout === FLAT) return true;
  const pattern = layout.replaceAll('.', String.raw`\.`).replace(/YYYY|MM|DD/g, (token) => TOKENS[token as 'DD']);
  return new RegExp(`^${pattern}(?:/|$)`).test(below);
}

/** The day, `2026-11-23`, of the folder that a path below the folder of images is or lies in; undefined for no day's. */
export function dayIn(layout: string, below: string): string | undefined {
  if (layout === FLAT) return undefined;
  const seen: string[] = [];
  const pattern = layout.replaceAll('.', String.raw`\.`).replace(/YYYY|MM|DD/g, (token) => {
    if (seen.includes(token)) return `\\k<${token}>`;
    seen.push(token);
    return `(?<${token}>${TOKENS[token as 'DD']})`;
  });
  const { YYYY, MM, DD } = new RegExp(`^${pattern}(?:/|$)`).exec(below)?.groups ?? {};
  return DD === undefined ? undefined : `${YYYY}-${MM}-${DD}`;
}

/** Folders of the days beside this one: a service whose clock is in another time zone files into them. */
export function isBesideDay(layout: string, day: string, below: string): boolean {
  if (layout === FLAT) return false;
  const beside = [-DAY_MS, DAY_MS].map((ms) => new Date(Date.parse(day) + ms).toISOString().slice(0, 10));
  return beside.some((one) => isAtOrBelow(below, stepsTo(layout, one).join('/')));
}

export function isAtOrBelow(below: string, folder: string): boolean {
  return below === folder || below.startsWith(`${folder}/`);
}

/** Such as `.gitkeep`: no image, and no sign of one. */
export function isHidden(place: string): boolean {
  return place.slice(place.lastIndexOf('/') + 1).startsWith('.');
}

/** Whether a file was last written on this day, in UTC, or later. */
export function isOfDay(mtimeMs: number, day: string): boolean {
  return mtimeMs >= Date.parse(day);
}
