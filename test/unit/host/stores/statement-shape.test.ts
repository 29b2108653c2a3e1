import { statementShape } from '../../../../src/host/stores/statement-shape';

it.each([
  ["SELECT * FROM users WHERE name = 'anna' AND age > 42", 'SELECT * FROM users WHERE name = ? AND age > ?'],
  ['SELECT $1,\n  t1.x FROM t1', 'SELECT ?, t1.x FROM t1'],
  ["INSERT INTO s VALUES ('it''s', E'a\\nb', 1.5e3, 0x1F)", 'INSERT INTO s VALUES (?, ?, ?, ?)'],
  ["ALTER ROLE k PASSWORD 'hunter2' -- hunter2", 'ALTER ROLE k PASSWORD ?'],
  ['DO $body$ secret $x$ inside $body$ LANGUAGE sql', 'DO ? LANGUAGE sql'],
  ['SELECT $$a secret$$, 1', 'SELECT ?, ?'],
  ['/* token=hunter2 */ SELECT "it\'s", now()', 'SELECT "it\'s", now()'],
  // Cut in the middle, as pg_stat_activity cuts.
  ["SELECT * FROM t WHERE a = 'hunter2 and m", 'SELECT * FROM t WHERE a = ?'],
  ['SELECT $$hunter2', 'SELECT ?'],
  ['SELECT 1 /* hunter2', 'SELECT ?'],
  // What a backslash means is a setting of the server's.
  ["SELECT 'a\\', 'hunter2' FROM t", 'SELECT ? …'],
  ['', ''],
])('%s', (statement, shape) => {
  expect(statementShape(statement)).toBe(shape);
});

it('is made of a bounded part of a statement', () => {
  expect(statementShape(`SELECT ${'x'.repeat(1_000_000)}`).length).toBeLessThan(10_100);
});
