/**
 * Nobody reads on (`| head`, a pager that was left): the rest is not wanted, which is no error. What cannot be written
 * for another reason (a full disk) is one, in one line.
 */
export function endWithReader(stdout: NodeJS.WriteStream): void {
  stdout.on('error', (err: NodeJS.ErrnoException) => {
    if (err.code === 'EPIPE') process.exit();
    process.stderr.write(`halcyon: the output could not be written: ${err.message}\n`);
    process.exit(1);
  });
}
