import { configOf, problemsOf } from './support';

const hours = (text: string) => configOf(`runbooks: {imageProcessingStalled: {businessHours: ${text}}}`);

it('has the trading hours of the document, and limits in milliseconds', () => {
  const { businessHours, limits } = configOf('log: {}').runbooks.imageProcessingStalled;
  expect(businessHours).toEqual({
    days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    from: '08:00',
    to: '22:00',
    timeZone: 'UTC',
  });
  expect(limits).toEqual({
    stalledAfterMs: 900_000,
    backOffMs: 60_000,
    longestBackOffMs: 900_000,
    fetchedWithinMs: 20_000,
    imageWithinMs: 120_000,
  });
});

it('takes days, times and a time zone', () => {
  const berlin = hours('{days: [Mon, Fri], from: "22:00", to: "06:30", timeZone: Europe/Berlin}');
  expect(berlin.runbooks.imageProcessingStalled.businessHours).toMatchObject({
    from: '22:00',
    timeZone: 'Europe/Berlin',
  });
});

it.each([
  ['{days: [monday]}', /days/],
  ['{days: []}', /at least one day/],
  ['{from: "24:00"}', /time of day/],
  ['{timeZone: Mars/Olympus}', /time zone/],
  ['{timeZone: ""}', /time zone/],
])('refuses %s', (text, problem) => {
  const problems = problemsOf(`runbooks: {imageProcessingStalled: {businessHours: ${text}}}`);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

it.each([
  ['channel: "@liquidations"', '@liquidations'],
  ['channel: -1001234567890', '-1001234567890'],
])('takes %s', (text, channel) => {
  expect(configOf(agentText(`telegram: {${text}}`)).agent!.kingfisher.telegram.channel).toBe(channel);
});

it.each([
  ['channel: liquidations', /"@name" of a channel/],
  ['channel: "@a b"', /"@name" of a channel/],
  ['referenceAddress: "192.0.2.1"', /an address and a port/],
  ['referenceAddress: "httpbin.org:443"', /an address and a port/],
  ['referenceAddress: "192.0.2.1:99999"', /an address and a port/],
  ['apiUrl: "ftp://api.telegram.org"', /http:\/\//],
])('refuses %s', (text, problem) => {
  expect(problemsOf(agentText(`telegram: {${text}}`))).toEqual([expect.stringMatching(problem)]);
});

function agentText(kingfisher: string): string {
  return `agent: {host: h1, kingfisher: {installDir: /opt/kingfisher, dataDir: /srv/kingfisher, ${kingfisher}}}`;
}
