import { linesSince } from '../../../../src/host/logs/log-since';

const SINCE = Date.parse('2026-11-23T10:00:00Z');

describe('the lines of a log since a start', () => {
  it.each([
    ['ISO 8601', '2026-11-23T09:59:00.5Z', '2026-11-23T10:00:01.250Z'],
    ['with a zone', '2026-11-23 11:59:00+0200', '2026-11-23T12:00:01+02:00'],
    ['in brackets', '[2026-11-23 09:59:00,123Z]', '[2026-11-23 10:00:01,999Z]'],
    ['in JSON', '{"level":"info","timestamp":"2026-11-23T09:59:00Z"}', '{"ts":"2026-11-23T10:00:00Z"}'],
    ['in JSON as a number', '{"level":30,"time":1795427940000}', '{"level":60,"time":1795428001000}'],
  ])('are told by their times: %s', (_name, old, young) => {
    expect(linesSince([old, `${young} a`, 'b'], SINCE)[0]).toEqual([`${young} a`, 'b']);
  });

  it('take those of the host’s zone where no zone is written', () => {
    const told = (ms: number) => {
      const at = new Date(ms);
      const two = (part: number) => String(part).padStart(2, '0');
      const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
      return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')},500`;
    };
    const [old, young] = [told(SINCE - 60_000), told(SINCE + 1_000)];
    expect(linesSince([old, young], SINCE)).toEqual([[young], [young]]);
  });

  it('without a date may be of the start as well, after those that are dated', () => {
    const lines = ['2026-11-23T09:00:00Z old', 'Traceback', '2026-11-23T10:00:01Z young', 'end'];
    expect(linesSince(lines, SINCE)).toEqual([lines.slice(2), lines.slice(1)]);
    expect(linesSince(lines.slice(0, 2), SINCE)).toEqual([['Traceback']]);
    expect(linesSince(lines.slice(0, 1), SINCE)).toEqual([[]]);
  });

  it('of the moment before it are not of it; a second without its fraction may be', () => {
    const lines = ['2026-11-23T10:00:00.300Z SIGTERM, stopped', '2026-11-23T10:00:00Z starting'];
    expect(linesSince(lines, SINCE + 500)[0]).toEqual(lines.slice(1));
  });

  it('are the last ones where nothing has a date', () => {
    const lines = Array.from({ length: 60 }, (_, at) => `line ${at}`);
    expect(linesSince(lines, SINCE)).toEqual([lines.slice(20)]);
    expect(linesSince([], SINCE)).toEqual([[]]);
  });
});
