import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const WORKFLOWS = path.resolve(__dirname, '../../../../src/workflows');
/** What a place passes through from a page to the step that is titled. */
const CALLS_AT_MOST = 5;

/** A step, note or cause of a page: its title, with `…` for what only a run knows, and the places that it cites. */
export interface CitedStep {
  title: string;
  cites: Set<string>;
}

/** All that a page can write into its timeline, read from its source and from that of the steps it is made of. */
export function stepsOf(page: string): CitedStep[] {
  const sources = reachableFrom(path.join(WORKFLOWS, 'runbooks', `${page}.ts`));
  const nodes = sources.flatMap(allNodes);
  return nodes.flatMap((node) =>
    titled(node).flatMap(({ title, cite }) => {
      const cites = new Set(placesIn(cite, nodes, CALLS_AT_MOST));
      return textsOf(title).map((text) => ({ title: text, cites }));
    }),
  );
}

function reachableFrom(file: string, seen = new Map<string, ts.SourceFile>()): ts.SourceFile[] {
  if (seen.has(file)) return [];
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  seen.set(file, source);
  for (const { moduleSpecifier } of source.statements.filter(ts.isImportDeclaration)) {
    const next = `${path.resolve(path.dirname(file), (moduleSpecifier as ts.StringLiteral).text)}.ts`;
    if (next.startsWith(WORKFLOWS) && existsSync(next)) reachableFrom(next, seen);
  }
  return [...seen.values()];
}

function allNodes(node: ts.Node): ts.Node[] {
  const below: ts.Node[] = [];
  ts.forEachChild(node, (child) => void below.push(...allNodes(child)));
  return [node, ...below];
}

/** `{ cite, title }`, and `begin(cite, title)` and `note(cite, title)` of an incident. */
function titled(node: ts.Node): { title: ts.Expression; cite: ts.Expression }[] {
  if (ts.isObjectLiteralExpression(node)) {
    const [title, cite] = [valueOf(node, 'title'), valueOf(node, 'cite')];
    return title === undefined || cite === undefined ? [] : [{ title, cite }];
  }
  if (!ts.isCallExpression(node) || !['begin', 'note'].includes(nameOf(node.expression))) return [];
  const [cite, title] = node.arguments;
  return cite === undefined || title === undefined ? [] : [{ title, cite }];
}

function valueOf(object: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  for (const property of object.properties) {
    if (property.name === undefined || !ts.isIdentifier(property.name) || property.name.text !== key) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}

function nameOf(called: ts.Expression): string {
  if (ts.isIdentifier(called)) return called.text;
  return ts.isPropertyAccessExpression(called) ? called.name.text : '';
}

/** Of a text, a template, one of several, or a table of them. */
function textsOf(title: ts.Expression): string[] {
  if (ts.isStringLiteralLike(title)) return [title.text];
  if (ts.isTemplateExpression(title)) {
    return [title.head.text + title.templateSpans.map(({ literal }) => `…${literal.text}`).join('')];
  }
  if (ts.isConditionalExpression(title)) return [title.whenTrue, title.whenFalse].flatMap(textsOf);
  if (ts.isElementAccessExpression(title)) return textsOf(title.expression);
  const known = ts.isIdentifier(title) ? (declared(title) ?? usual(title)) : undefined;
  if (known === undefined) return [];
  if (!ts.isObjectLiteralExpression(known)) return textsOf(known);
  return known.properties.flatMap((one) => (ts.isPropertyAssignment(one) ? textsOf(one.initializer) : []));
}

/** The places that an expression can be: itself, a constant, or what callers hand over. */
function placesIn(cite: ts.Expression, nodes: ts.Node[], calls: number): string[] {
  if (ts.isStringLiteralLike(cite)) return [cite.text];
  if (ts.isConditionalExpression(cite)) {
    return [cite.whenTrue, cite.whenFalse].flatMap((one) => placesIn(one, nodes, calls));
  }
  if (!ts.isIdentifier(cite) || calls === 0) return [];
  const known = declared(cite);
  if (known !== undefined) return placesIn(known, nodes, calls);
  const from = parameterOf(cite);
  if (from === undefined) return [];
  return nodes.filter(ts.isCallExpression).flatMap((call) => {
    const given = nameOf(call.expression) === from.of ? call.arguments[from.at] : undefined;
    if (given === undefined) return [];
    if (!from.isInObject) return placesIn(given, nodes, calls - 1);
    const within = ts.isObjectLiteralExpression(given) ? valueOf(given, cite.text) : undefined;
    return within === undefined ? [] : placesIn(within, nodes, calls - 1);
  });
}

/** What a constant of this name is, from the place of its use outwards; undefined where a parameter is nearer. */
function declared(used: ts.Identifier): ts.Expression | undefined {
  for (let at: ts.Node = used.parent; at !== undefined; at = at.parent) {
    if (ts.isFunctionLike(at) && parameterIndex(at, used.text) !== undefined) return undefined;
    if (!ts.isBlock(at) && !ts.isSourceFile(at)) continue;
    for (const statement of at.statements.filter(ts.isVariableStatement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name) && name.text === used.text) return unwrapped(initializer);
      }
    }
  }
  return undefined;
}

/** What a parameter of this name is where nobody hands over another. */
function usual(used: ts.Identifier): ts.Expression | undefined {
  for (let at: ts.Node = used.parent; at !== undefined; at = at.parent) {
    const index = ts.isFunctionLike(at) ? parameterIndex(at, used.text) : undefined;
    if (ts.isFunctionLike(at) && index !== undefined) return at.parameters[index]!.initializer;
  }
  return undefined;
}

function unwrapped(value: ts.Expression | undefined): ts.Expression | undefined {
  return value !== undefined && (ts.isAsExpression(value) || ts.isSatisfiesExpression(value))
    ? value.expression
    : value;
}

function parameterOf(used: ts.Identifier): { of: string; at: number; isInObject: boolean } | undefined {
  for (let at: ts.Node = used.parent; at !== undefined; at = at.parent) {
    if (!ts.isFunctionLike(at)) continue;
    const index = parameterIndex(at, used.text);
    if (index === undefined) continue;
    const own = at.name ?? (ts.isVariableDeclaration(at.parent) ? at.parent.name : undefined);
    if (own === undefined || !ts.isIdentifier(own)) return undefined;
    return { of: own.text, at: index, isInObject: !ts.isIdentifier(at.parameters[index]!.name) };
  }
  return undefined;
}

function parameterIndex({ parameters }: ts.SignatureDeclaration, name: string): number | undefined {
  const index = parameters.findIndex((one) =>
    ts.isIdentifier(one.name)
      ? one.name.text === name
      : one.name.elements.some(
          (element) => ts.isBindingElement(element) && ts.isIdentifier(element.name) && element.name.text === name,
        ),
  );
  return index === -1 ? undefined : index;
}
