import { createEnvironmentFormat } from '../../../../src/host/settings-store/environment';

const number = createEnvironmentFormat('MAX_QPS', { min: 1, max: 8 });

describe('a variable of an environment file', () => {
  it.each([
    ['# limits\nMAX_QPS=8\nOTHER=1\n', '# limits\nMAX_QPS=4\nOTHER=1\n'],
    ['MAX_QPS="8"\n', 'MAX_QPS="4"\n'],
    ["export MAX_QPS='8'  \n", "export MAX_QPS='4'  \n"],
    ['XMAX_QPS=1\n#MAX_QPS=2\nMAX_QPS=8\n', 'XMAX_QPS=1\n#MAX_QPS=2\nMAX_QPS=4\n'],
    ['KEY="begin\nMAX_QPS=2\nend"\nMAX_QPS=8\n', 'KEY="begin\nMAX_QPS=2\nend"\nMAX_QPS=4\n'],
    ["KEY='a\"\nMAX_QPS=2\n'\nMAX_QPS=8\n", "KEY='a\"\nMAX_QPS=2\n'\nMAX_QPS=4\n"],
    ['MAX_QPS=8\nKEY="a\\"\nMAX_QPS=2\n"\n', 'MAX_QPS=4\nKEY="a\\"\nMAX_QPS=2\n"\n'],
    ["# don't\nA=\"it's\"\nB=a'b c'd\nMAX_QPS=8\n", "# don't\nA=\"it's\"\nB=a'b c'd\nMAX_QPS=4\n"],
  ])('%j is changed alone', (text, changed) => {
    expect(number.find(text)).toEqual({ value: 8 });
    expect(number.change(text, 4)).toBe(changed);
  });

  it.each([
    ['set twice', 'MAX_QPS=8\nMAX_QPS=9\n'],
    ['half written', 'OTHER=1\nMAX_QPS=8'],
    ['part of a longer line', 'OTHER=a\\\nMAX_QPS=8\n'],
    ['an expression', 'MAX_QPS=$(nproc)\n'],
    ['no number', 'MAX_QPS=many\n'],
    ['a number in another spelling', 'MAX_QPS=08\n'],
    ['quoted at one end', 'MAX_QPS="8\n'],
    ['below a quote that a shell does not see closed', "A=it's\nMAX_QPS=8\n"],
    ['below a quote that is never closed', 'A="x\nMAX_QPS=8\n'],
    ['below a comment that goes on', '# more: \\\nMAX_QPS=8\n'],
    ['above a quote that may end before another one', "MAX_QPS=8\nA=it's\nMAX_QPS=9\n"],
    ['set twice, once with a blank, which systemd takes', 'MAX_QPS=8\nMAX_QPS =9\n'],
    ['written with a blank', 'MAX_QPS =8\n'],
  ])('cannot be relied on: %s', (_how, text) => {
    expect(typeof number.find(text)).toBe('string');
  });

  it('is true or false, or a text, by its limits', () => {
    expect(createEnvironmentFormat('A', {}).find('A=true\n')).toEqual({ value: true });
    expect(createEnvironmentFormat('A', { oneOf: ['full'] }).find('A=full\n')).toEqual({ value: 'full' });
    expect(typeof createEnvironmentFormat('A', {}).find('A=yes\n')).toBe('string');
  });

  it('takes no value that would need quotes', () => {
    expect(() => number.change('MAX_QPS=8\n', 'a b')).toThrow(/nothing was changed/);
    expect(() => number.change('MAX_QPS=8\n', '4\nEVIL=1')).toThrow(/nothing was changed/);
  });

  it('may not be there', () => {
    expect(number.find('OTHER=8\n')).toBeUndefined();
    expect(number.find('OTHER="a\nMAX_QPS=8\n"\n')).toBeUndefined();
    expect(number.find("A=it's\nOTHER=8\n")).toBeUndefined();
  });
});
