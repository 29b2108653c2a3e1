/** What `work` writes to standard output, and the exit code that it asks for; both are as before afterwards. */
export async function outputOf(work: () => Promise<unknown>): Promise<{ said: string; code: typeof process.exitCode }> {
  const { exitCode } = process;
  let text = '';
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((part) => {
    text += String(part);
    return true;
  });
  process.exitCode = undefined;
  try {
    await work();
    return { said: text, code: process.exitCode };
  } finally {
    write.mockRestore();
    process.exitCode = exitCode;
  }
}
