/** Narrower than this, a wrapped line is harder to read than one that the terminal breaks. */
const NARROWEST = 60;

/** Breaks a line between words so that it fits; what follows stands below `indent`. Unlimited where there is no width. */
export function wrap(line: string, indent: number, width: number | undefined): string {
  if (width === undefined || width < NARROWEST || line.length <= width) return line;
  const lines: string[] = [];
  let rest = line;
  for (let room = width; rest.length > room; room = width - indent) {
    const at = rest.lastIndexOf(' ', room);
    // In what stands before the text there is nowhere to break.
    const cut = at > (lines.length === 0 ? indent : 0) ? at : room;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return [...lines, rest].join(`\n${' '.repeat(indent)}`);
}
