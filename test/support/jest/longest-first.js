const { basename } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/**
 * Files that take longest, the longest first: one that begins last would keep everybody waiting for it alone. The
 * others follow as jest orders them, large files first. A name that is missing here costs time and nothing else.
 */
const LONGEST = [
  // integration
  ...['lose-sight', 'recovery-chaos', 'service-down', 'guard-chaos', 'never-worse', 'recovery-trouble', 'secrets'],
  ...['busy-dependencies', 'recovery', 'recovery-files', 'guard', 'demo', 'alert-storm', 'host-systemd', 'leases'],
  ...['quick-start', 'compose'],
  // workflows
  ...[
    'simulate-causes',
    'incident-safety',
    'pages',
    'escalation-matrix',
    'emergency-recovery',
    'lease',
    'escalation',
    'pause-boundaries',
  ],
  ...['escalation-server', 'simulate', 'allowed', 'busy-dependencies', 'lease-server'],
];

class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => LONGEST.indexOf(basename(path, '.test.ts'));
    const isLong = (test) => place(test) >= 0;
    const others = super.sort(tests.filter((test) => !isLong(test)));
    return [...tests.filter(isLong).sort((a, b) => place(a) - place(b)), ...others];
  }
}

module.exports = LongestFirst;
