import { configWarnings } from '../../../src/config';
import { configOf, problemsOf } from './support';

const file = (more: string) =>
  `agent: {host: h1, kingfisher: {installDir: /opt/kingfisher, dataDir: /srv/kingfisher}, ${more}}`;
const allowed = (more: string) => configOf(file(more)).agent!.allow;

describe('what a host allows', () => {
  it('is all but a full recovery where nothing is written', () => {
    expect(allowed('')).toEqual(['restart', 'clearFiles', 'changeSettings', 'quarantine', 'repairImages', 'maintain']);
  });

  it('is what is written, and may be nothing', () => {
    expect(allowed('allow: []')).toEqual([]);
    expect(allowed('allow: [restart, fullRecovery]')).toEqual(['restart', 'fullRecovery']);
  });

  it('is no word that nothing reads', () => {
    const [line] = problemsOf(file('allow: [raiseLimit]'));
    expect(line).toBe(
      'halcyon.yaml: agent.allow[0]: expected "restart" or "clearFiles" or "changeSettings" or "quarantine" or "repairImages" or "maintain" or "blockAddress" or "issueToken" or "fullRecovery", got "raiseLimit"',
    );
  });

  it('has no full recovery without restarts', () => {
    expect(problemsOf(file('allow: [fullRecovery, clearFiles]'))).toEqual([
      'halcyon.yaml: agent.allow: a full recovery restarts what KingFisher stands on: fullRecovery needs restart beside it',
    ]);
  });
});

it('says where the keys of agent.recovery went', () => {
  expect(problemsOf(file('recovery: {}'))).toEqual([
    'halcyon.yaml: agent.recovery: unknown key; what a host is stands under agent.kingfisher, agent.dependencies and agent.backup, and agent.allow says whether a full recovery may run',
  ]);
});

describe('a host that allows a full recovery', () => {
  const redis = 'unit: redis-server.service, url: "redis://127.0.0.1:6379"';
  const rabbitmq = 'unit: rabbitmq-server.service, url: "amqp://127.0.0.1"';
  const warnings = (more: string) => configWarnings(configOf(file(more)), 'agent');
  const allow = 'allow: [restart, fullRecovery]';

  it('is warned of facts that it lacks', () => {
    expect(warnings(`${allow}, dependencies: {redis: {${redis}}, rabbitmq: {${rabbitmq}}}`)).toEqual(
      ['kingfisher.owner', 'dependencies.redis.rateLimits', 'dependencies.rabbitmq.exchanges', 'backup'].map(
        (key) => `agent.${key}: not set: a full recovery, which agent.allow names, leaves out what needs it`,
      ),
    );
    expect(warnings(allow)).toHaveLength(2);
  });

  it('is not warned where it has them, and no other host is', () => {
    expect(warnings(`dependencies: {redis: {${redis}}}`)).toEqual([]);
    const facts = `backup: {}, dependencies: {redis: {${redis}, rateLimits: {}}, rabbitmq: {${rabbitmq}, exchanges: []}}`;
    const [owner] = warnings(`${allow}, ${facts}`);
    expect([owner, warnings(`${allow}, ${facts}`).length]).toEqual([expect.stringContaining('kingfisher.owner'), 1]);
  });
});

it.each([
  ['', ['agent.settings.blocked: agent.allow does not name blockAddress: no address is blocked']],
  ['allow: [blockAddress], ', []],
])('a family that may not be used is told of: %j', (allow, warnings) => {
  const family = 'settings: {blocked: {format: nftables, never: [10.0.0.1]}}';
  expect(configWarnings(configOf(file(`${allow}${family}`)), 'agent')).toEqual(warnings);
});

it.each([
  ['127.0.0.1:7233', true],
  ['10.0.0.1:7233', true],
  ['10.2.0.1:7233', true],
  ['"[2001:db8::7]:7233"', true],
  ['temporal.example:7233', true],
  ['10.3.0.1:7233', false],
  ['"[2001:db9::7]:7233"', false],
])('a family that may block Temporal at %s is told of', (address, isProtected) => {
  const family = 'settings: {blocked: {format: nftables, never: [10.0.0.1, 10.2.0.0/16, "2001:db8::/32"]}}';
  const config = configOf(`temporal: {address: ${address}}\n${file(`allow: [blockAddress], ${family}`)}`);
  const warning = expect.stringMatching(/^agent\.settings\.blocked\.never: does not hold .* of temporal\.address/);
  expect(configWarnings(config, 'agent')).toEqual(isProtected ? [] : [warning]);
});

it.each(['*', 'rate*', '', 'a b'])('rate limits cannot begin with %j', (prefix) => {
  const redis = `{unit: r.service, url: "redis://127.0.0.1:6379", rateLimits: {prefix: "${prefix}"}}`;
  const [line] = problemsOf(file(`dependencies: {redis: ${redis}}`));
  expect(line).toMatch(/^halcyon\.yaml: agent\.dependencies\.redis\.rateLimits\.prefix: /);
});
