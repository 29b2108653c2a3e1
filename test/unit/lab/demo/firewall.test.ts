import { lookAtFirewall } from '../../../../lab/demo/firewall';
import type { RunResult } from '../../../../lab/support/run';

const EMPTY = 'table inet halcyon {\n\tset blocked4 {\n\t\ttype ipv4_addr\n\t\tflags interval,timeout\n\t}\n}\n';

function host(result: Partial<RunResult>) {
  return { exec: () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '', ...result }) };
}

function withElements(elements: string): string {
  return EMPTY.replace('\t}\n}', `\t\telements = { ${elements} }\n\t}\n}`);
}

describe('what the firewall of a host is seen to block', () => {
  it.each<[string, Partial<RunResult>, string[]]>([
    ['one', { stdout: withElements('203.0.113.9 timeout 1m40s expires 1m39s576ms') }, ['203.0.113.9']],
    [
      'several',
      { stdout: withElements('198.51.100.0/24 timeout 2m expires 3s,\n\t\t\t     203.0.113.9 timeout 2m expires 1s') },
      ['198.51.100.0/24', '203.0.113.9'],
    ],
    ['none any more', { stdout: EMPTY }, []],
    ['nothing ever', { exitCode: 1, stderr: 'Error: No such file or directory\nlist set inet halcyon blocked4\n' }, []],
  ])('is %s', async (_, result, blocked) => expect((await lookAtFirewall(host(result))).blocked).toEqual(blocked));

  it('is not nothing where it cannot be looked at', async () => {
    const denied = host({ exitCode: 1, stderr: 'Operation not permitted (you must be root)' });
    await expect(lookAtFirewall(denied)).rejects.toThrow('Operation not permitted');
  });
});
