const path = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** Files of tests in the order in which they stand on jest's command line. */
module.exports = class AsAsked extends Sequencer {
  constructor({ contexts, globalConfig }) {
    super({ contexts, globalConfig });
    this.asked = globalConfig.nonFlagArgs.map((name) => path.resolve(globalConfig.rootDir, name));
  }

  sort(tests) {
    return [...tests].sort((a, b) => this.asked.indexOf(a.path) - this.asked.indexOf(b.path));
  }
};
