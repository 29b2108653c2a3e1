/** Longer ones are cut before they are looked at. */
const READ_CHARACTERS = 10_000;

/**
 * Strings, comments, names in quotes, numbers and parameters of SQL, in the order in which they begin. One that is cut in the
 * middle goes to the end.
 */
const PARTS =
  /(\$([A-Za-z_]\w*)?\$[^]*?(?:\$\2\$|$)|[eE]'(?:[^'\\]|''|\\[^])*(?:'|$)|'(?:[^']|'')*(?:'|$))|(--[^\n]*|\/\*[^]*?(?:\*\/|$))|("(?:[^"]|"")*(?:"|$))|\$\d+|\b\d[\w.]*/g;

/**
 * A statement without what was said in it: each literal is a question mark. What a backslash before a quote means is a
 * setting of the server's: what follows one is left out.
 */
export function statementShape(text: string): string {
  const read = text.slice(0, READ_CHARACTERS);
  const unclear = read.search(/\\'/);
  const clear = unclear === -1 ? read : read.slice(0, unclear);
  const plain = clear.replace(PARTS, (part, literal, _tag, comment, name) => {
    if (name !== undefined) return part;
    return comment === undefined || literal !== undefined ? '?' : ' ';
  });
  return plain.replace(/\s+/g, ' ').trim() + (unclear === -1 ? '' : ' …');
}
