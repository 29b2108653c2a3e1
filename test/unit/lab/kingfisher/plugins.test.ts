import { rmSync, writeFileSync } from 'node:fs';
import { Plugins } from '../../../../lab/kingfisher/tasks/plugins';
import { useTempFolder } from '../../host/support/temp-folder';

const folder = useTempFolder();
const write = (file: string, code: string) => writeFileSync(folder.path(file), code);

it('runs each by its name, and counts', () => {
  write('win-rate.js', 'exports.run = (symbol) => `${symbol} wins`');
  const plugins = new Plugins(folder.path());
  expect(plugins.names()).toEqual(['win_rate']);
  expect(plugins.run('win_rate', 'BTCUSDT')).toBe('BTCUSDT wins');
  expect(plugins.use()).toEqual({ win_rate: { runs: 1, failures: 0, last_error: null } });
});

it('fails while a plugin is broken, and is well once it is mended, without a new start', () => {
  write('win-rate.js', 'throw new Error("no model")');
  const plugins = new Plugins(folder.path());
  expect(() => plugins.run('win_rate', 'BTCUSDT')).toThrow('no model');
  expect(plugins.use()).toEqual({ win_rate: { runs: 1, failures: 1, last_error: 'no model' } });
  rmSync(folder.path('win-rate.js'));
  write('win-rate.js', 'exports.run = () => "well"');
  expect(plugins.run('win_rate', 'BTCUSDT')).toBe('well');
});

it.each(['nope', '../evil', 'a/b', ''])('has no plugin %j', (name) => {
  expect(() => new Plugins(folder.path()).run(name, 'BTCUSDT')).toThrow();
});
