/** Runs one plugin for one symbol: `step5_runner.js --plugin symbol_update --symbol BTCUSDT`. Ends with 1 when it fails. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Plugins } from './tasks/plugins';

try {
  const { values } = parseArgs({ options: { plugin: { type: 'string' }, symbol: { type: 'string' } } });
  const { plugin = '', symbol = '' } = values;
  console.log(`plugin ${plugin}: ${new Plugins(join(__dirname, 'plugins')).run(plugin, symbol)}`);
} catch (error) {
  console.error(`plugin error: ${(error as Error).message.split('\n')[0]}`);
  process.exitCode = 1;
}
