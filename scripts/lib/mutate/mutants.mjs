import ts from 'typescript';

/**
 * One change of a source file.
 * @typedef {{ kind: string, line: number, start: number, end: number, text: string, code: string }} Mutant
 * `start` and `end`: what is replaced by `text`, as offsets; `code`: the replaced code on one line.
 */

const BOUNDARIES = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
]);
const JUNCTIONS = new Map([
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
]);
const SHOWN = 160;

/**
 * What a careless hand could change in a source file without its compiler noticing: statements and guards that are gone,
 * conditions turned around, boundaries moved by one, waits that do not wait, true for false.
 *
 * @returns {Mutant[]} in the order of the source
 */
export function mutantsOf(fileName, source) {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.ES2022, true);
  const mutants = [];
  const add = (kind, node, text) => {
    const start = node.getStart(file);
    const code = source.slice(start, node.end).replace(/\s+/g, ' ').slice(0, SHOWN);
    const line = file.getLineAndCharacterOfPosition(start).line + 1;
    mutants.push({ kind, line, start, end: node.end, text, code });
  };
  const visit = (node) => {
    if (isTypeOnly(node)) return;
    for (const rule of RULES) rule(node, add, file);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return mutants;
}

/** The source with one mutant in it. */
export function mutated(source, { start, end, text }) {
  return source.slice(0, start) + text + source.slice(end);
}

const RULES = [removed, negated, moved, joined, unwaited, flipped];

/** An effect, a throw, or a guard that ends a function early: each is gone. */
function removed(node, add) {
  if (ts.isExpressionStatement(node) && !isConstructorOfParent(node) && !isDirective(node)) add('removed', node, ';');
  if (ts.isThrowStatement(node) && !isAloneInGuard(node)) add('removed', node, ';');
  if (ts.isIfStatement(node) && node.elseStatement === undefined && leaves(node.thenStatement)) {
    add('removed', node, ';');
  }
}

function negated(node, add, file) {
  const condition = ts.isIfStatement(node) ? node.expression : ts.isConditionalExpression(node) ? node.condition : null;
  if (condition !== null) add('negated', condition, `!(${condition.getText(file)})`);
}

function moved(node, add, file) {
  if (!ts.isBinaryExpression(node) || isTurnedAround(node)) return;
  const other = BOUNDARIES.get(node.operatorToken.kind);
  if (other !== undefined) add('boundary', node, `${node.left.getText(file)} ${other} ${node.right.getText(file)}`);
}

function joined(node, add, file) {
  if (!ts.isBinaryExpression(node)) return;
  const other = JUNCTIONS.get(node.operatorToken.kind);
  if (other !== undefined)
    add('junction', node, `((${node.left.getText(file)}) ${other} (${node.right.getText(file)}))`);
}

/** A comparison for equality that is a whole condition is negated already. */
function isTurnedAround({ parent, operatorToken: { kind } }) {
  const isEquality = [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(kind);
  return isEquality && (ts.isIfStatement(parent) || ts.isConditionalExpression(parent));
}

/** `await condition(…)` whose value is used: it is true at once. One that is a statement is removed as such. */
function unwaited(node, add) {
  const isWait = ts.isAwaitExpression(node) && ts.isCallExpression(node.expression);
  if (!isWait || ts.isExpressionStatement(node.parent)) return;
  const { expression } = node.expression;
  if (ts.isIdentifier(expression) && expression.text === 'condition') add('unwaited', node, 'true');
}

function flipped(node, add) {
  if (node.kind === ts.SyntaxKind.TrueKeyword) add('flipped', node, 'false');
  if (node.kind === ts.SyntaxKind.FalseKeyword) add('flipped', node, 'true');
}

function isTypeOnly(node) {
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node)
  );
}

/** `super(…)`: without it nothing is made at all. */
function isConstructorOfParent({ expression }) {
  return ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword;
}

function isDirective({ expression }) {
  return ts.isStringLiteral(expression);
}

function isAloneInGuard({ parent }) {
  const block = ts.isBlock(parent) ? parent : null;
  if (block !== null && block.statements.length > 1) return false;
  const guard = block?.parent ?? parent;
  return ts.isIfStatement(guard) && guard.elseStatement === undefined;
}

function leaves(statement) {
  const last = ts.isBlock(statement) ? statement.statements.at(-1) : statement;
  if (last === undefined) return false;
  return (
    ts.isReturnStatement(last) || ts.isThrowStatement(last) || ts.isContinueStatement(last) || ts.isBreakStatement(last)
  );
}
