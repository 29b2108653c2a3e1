import { readdirSync } from 'node:fs';
import path from 'node:path';

const FOLDER = path.join(__dirname, '../../../src/store/sql');

it('migrations are numbered from 1, each number once', () => {
  const numbers = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .map((name) => Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]));
  expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, at) => at + 1));
});
