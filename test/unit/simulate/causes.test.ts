import { causeNamed, listCauses } from '../../../src/simulate/causes/catalogue';
import { ScenarioError } from '../../../src/simulate/script/scenario';

function refusal(text: string): string {
  try {
    causeNamed(text);
  } catch (err) {
    if (err instanceof ScenarioError) return err.message;
    throw err;
  }
  throw new Error(`${text} was taken`);
}

describe('--cause', () => {
  it('takes a citation that has one cause, and a name with one that has several', () => {
    expect(causeNamed('B.3')).toMatchObject({ id: 'B.3', runbook: 'pipelineFailures' });
    expect(causeNamed('B.3/pool').id).toBe('B.3');
    expect(causeNamed('b.1/quota')).toMatchObject({ id: 'B.1/quota', cite: 'B.1', name: 'quota' });
  });

  it('names the causes of a citation that has several', () => {
    const message = refusal('B.1');
    expect(message).toMatch(/^--cause: B\.1 has several causes, name one of them:/);
    expect(message.match(/B\.1\/\S+/g)).toEqual(['B.1/quota', 'B.1/rate-limit', 'B.1/reduced-already']);
  });

  it('lists what there is for one that it does not know: of that page, else all', () => {
    expect(refusal('C.9')).toMatch(/^--cause: no cause is called "C\.9"; on page C there are:/);
    expect(refusal('C.9')).toContain('C.3/attack');
    expect(refusal('C.9')).not.toContain('B.3');
    for (const id of ['A.1/not-running', 'F.3/publisher']) expect(refusal('quota')).toContain(id);
  });
});

it('--list has each page with its causes', () => {
  const pages = listCauses().split('\n\n');
  expect(pages.map((page) => page.split('\n')[0])).toEqual([
    'A. Service down',
    'B. High pipeline failures',
    'C. Security violations high',
    'D. Analysis latency high',
    'E. Image processing stalled',
    'F. Events stuck in outbox',
  ]);
  expect(pages[3]).toMatch(/^ {2}D\.4\/no-fallback +OpenAI is slow, and no fallback is to be had$/m);
});
