import { escapeHtml } from '../text';

/** An element that was written already: the only thing that is not escaped again. */
export class Markup {
  constructor(readonly text: string) {}
}

type Attributes = Record<string, string | number | undefined>;

/** `<name a="1">…</name>`. Names are this program's own; values and text may be anybody's. */
export function element(name: string, attributes: Attributes, ...children: (Markup | string)[]): Markup {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? round(value) : escapeHtml(value)}"`],
  );
  const inside = children.map((child) => (typeof child === 'string' ? escapeHtml(child) : child.text)).join('');
  return new Markup(`<${name}${given.join('')}>${inside}</${name}>`);
}

/** One decimal is finer than any screen. */
export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** A drawing that is scaled to the width that there is. */
export function drawing(kind: 'wide' | 'narrow', width: number, height: number, children: Markup[]): Markup {
  // The figure around it has the same in words.
  const hidden = { 'aria-hidden': 'true', focusable: 'false' };
  return element('svg', { class: kind, viewBox: `0 0 ${round(width)} ${round(height)}`, ...hidden }, ...children);
}

export function line(x1: number, y1: number, x2: number, y2: number, kind: string): Markup {
  return element('line', { x1, y1, x2, y2, class: kind });
}

export function text(x: number, y: number, words: string, kind: string, anchor = 'start'): Markup {
  return element('text', { x, y, class: kind, 'text-anchor': anchor }, words);
}

/** As many characters as fit: letters of a proportional font are about half as wide as they are high. */
export function fitted(words: string, width: number, fontSize = 12): string {
  const most = Math.max(1, Math.floor(width / (fontSize * 0.55)));
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`;
}
