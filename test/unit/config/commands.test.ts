import { configOf } from './support';

const commandsOf = (written: string) =>
  configOf(`agent: {host: h1, kingfisher: {installDir: /opt/k, dataDir: /srv/k}, commands: ${written}}`).agent!
    .commands;

describe('agent.commands', () => {
  it('answers every topic, unless a site takes some away', () => {
    expect(commandsOf('{}').topics).toHaveLength(8);
    expect(commandsOf('{topics: [service, logs]}').topics).toEqual(['service', 'logs']);
    expect(commandsOf('{topics: []}').topics).toEqual([]);
  });

  it('counts what the document counts, or what a site names', () => {
    const usual = { table: 'kingfisher.liquidation_clusters', column: 'created_at', withinMs: 3_600_000 };
    expect(commandsOf('{}').counts).toEqual([usual]);
    expect(commandsOf('{counts: [{table: a.b, within: 5m}]}').counts).toEqual([
      { table: 'a.b', column: 'created_at', withinMs: 300_000 },
    ]);
  });

  it.each([
    '{topics: [shell]}',
    '{counts: [{table: "a; drop table b"}]}',
    '{counts: [{table: a, column: "now() --"}]}',
    '{keyPrefix: "*"}',
    '{metricPrefix: "a b"}',
  ])('refuses %s', (written) => {
    expect(() => commandsOf(written)).toThrow();
  });
});
