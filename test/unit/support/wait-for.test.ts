import { waitFor } from '../../support/wait-for';

describe('waitFor', () => {
  it('returns what the condition found', async () => {
    let calls = 0;
    await expect(waitFor(() => (++calls === 3 ? 'found' : null), { what: 'it', everyMs: 1 })).resolves.toBe('found');
  });

  it('says what it waited for, and why it failed last', async () => {
    const condition = () => Promise.reject(new Error('refused'));
    const failure = waitFor(condition, { what: 'the port', deadlineMs: 20, everyMs: 1 });
    await expect(failure).rejects.toMatchObject({
      message: 'timed out waiting for the port (20 ms)',
      cause: { message: 'refused' },
    });
  });
});
