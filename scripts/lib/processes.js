const { readFileSync, readdirSync } = require('node:fs');

/**
 * The processes of this machine that live: none where there is no /proc. What has ended and was not waited for yet has no
 * command line, and is not among them.
 *
 * @returns {{ pid: number, parent: number, group: number, command: string }[]}
 */
function processes() {
  return names('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      // The fields after the program's name, which may hold anything: state, parent, group.
      const [, parent, group] = read(`/proc/${pid}/stat`).split(')').at(-1).trim().split(' ').map(Number);
      return { pid: Number(pid), parent, group, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() };
    })
    .filter(({ command }) => command !== '');
}

/** Of the entries of a folder; none where it is not there. */
function names(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

module.exports = { names, processes };
