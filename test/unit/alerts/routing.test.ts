import { routeAlert } from '../../../src/alerts/routing';
import type { RoutingTable } from '../../../src/alerts/routing';
import type { RunbookName } from '../../../src/shared/runbooks';
import { alert } from '../../support/incidents';

const HOSTS: RoutingTable['hosts'] = {
  h1: { instances: ['h1:8201', '10.0.0.1', '[::1]:8201'], services: ['kingfisher-blue'] },
  h2: { instances: ['10.0.0.2:8201'], services: ['kingfisher-green', 'kingfisher'] },
  h3: { instances: [], services: ['kingfisher'] },
};
const ONE_HOST: RoutingTable['hosts'] = { h1: { instances: [], services: [] } };
const ROUTES: Record<string, RunbookName> = { Down: 'serviceDown', Known: 'unknownAlert' };

function route(labels: Record<string, string>, hosts = HOSTS) {
  const { alertname = '' } = labels;
  return routeAlert(alert({ alertname, labels }), { hosts, routes: ROUTES });
}

describe('the host', () => {
  it.each([
    ['h1:8201', 'h1'],
    ['h1', 'h1'],
    ['h1:9100', 'h1'],
    ['10.0.0.1:9100', 'h1'],
    ['10.0.0.1', 'h1'],
    ['[::1]:8201', 'h1'],
    ['10.0.0.2:8201', 'h2'],
    ['h3:1', 'h3'],
  ])('of instance %s is %s', (instance, host) => {
    expect(route({ alertname: 'Down', instance })).toEqual({
      runbook: 'serviceDown',
      host,
      workflowId: `incident/Down/${host}`,
    });
  });

  it('is found by service where there is no instance', () => {
    expect(route({ alertname: 'Down', service: 'kingfisher-green' }).host).toBe('h2');
    expect(route({ alertname: 'Down', service: 'kingfisher-green', instance: '' }).host).toBe('h2');
  });

  it('is that of the instance when the service says another', () => {
    expect(route({ alertname: 'Down', instance: 'h1', service: 'kingfisher-green' }).host).toBe('h1');
  });

  it('is the only one when nothing names it', () => {
    expect(route({ alertname: 'Down' }, ONE_HOST).host).toBe('h1');
    expect(route({ alertname: 'Down', instance: '', service: 'kingfisher' }, ONE_HOST).host).toBe('h1');
  });

  it.each([
    ['web-7:8201', 'zmart-kingfisher'],
    ['web-7:8201', ''],
    ['h1.example.com:8201', 'kingfisher'],
  ])('is never another than the one that instance %s names', (instance, service) => {
    const hosts = { h1: { instances: ['h1:8201'], services: ['zmart-kingfisher', 'kingfisher'] } };
    for (const table of [hosts, ONE_HOST]) {
      const found = route({ alertname: 'Down', instance, service }, table);
      expect(found).toMatchObject({ runbook: 'unknownAlert', host: null, workflowId: 'incident/Down/unknown' });
    }
  });

  it.each<[string, Record<string, string>, RoutingTable['hosts'], string]>([
    ['two hosts have the service', { service: 'kingfisher' }, HOSTS, 'more than one host fits: h2, h3'],
    ['nothing fits', { instance: 'x:1', service: 'y' }, HOSTS, 'no host under hosts: for instance "x:1"'],
    [
      'the only host has other services',
      { service: 'nginx' },
      { h1: { instances: [], services: ['kingfisher'] } },
      'no host under hosts: for an alert without instance, service "nginx"',
    ],
    ['nothing is said', {}, HOSTS, 'no host under hosts: for an alert without instance, service ""'],
    ['there are no hosts', { instance: 'h1' }, {}, 'no host under hosts: for instance "h1"'],
    ['a listed port is another', { instance: '10.0.0.2:1' }, HOSTS, 'no host under hosts: for instance "10.0.0.2:1"'],
  ])('cannot be told when %s', (_, labels, hosts, note) => {
    expect(route({ alertname: 'Down', ...labels }, hosts)).toEqual({
      runbook: 'unknownAlert',
      host: null,
      workflowId: 'incident/Down/unknown',
      note,
    });
  });
});

describe('the runbook', () => {
  it('of a malformed alert is unknownAlert, under an id that no good one has', () => {
    const malformed = 'alerts[0].status: expected "firing" or "resolved", got nothing';
    const labels = { alertname: 'Down', instance: 'h1' };
    const found = routeAlert(alert({ alertname: 'Down', labels, malformed }), { hosts: HOSTS, routes: ROUTES });
    expect(found).toEqual({
      runbook: 'unknownAlert',
      host: 'h1',
      workflowId: 'incident/Down.malformed/h1',
      note: `the alert is malformed: ${malformed}`,
    });
  });

  it.each<[Record<string, string>, string, string]>([
    [{ alertname: 'Other' }, 'incident/Other/h1', 'no runbook under routes: for this alert'],
    [{ alertname: 'Known' }, 'incident/Known/h1', 'routes: maps this alert to unknownAlert'],
    [{}, 'incident/unknownAlert/h1', 'the alert has no label alertname'],
  ])('of %j is unknownAlert', (labels, workflowId, note) => {
    const expected = { runbook: 'unknownAlert', host: 'h1', workflowId, note };
    expect(route({ ...labels, instance: 'h1' })).toEqual(expected);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'of an alert named %s is unknownAlert',
    (name) => {
      const found = routeAlert(alert({ alertname: name, labels: { instance: name, service: name } }), {
        hosts: HOSTS,
        routes: ROUTES,
      });
      expect(found).toMatchObject({ runbook: 'unknownAlert', host: null });
    },
  );
});

it('an alert that has the name of a runbook does not take the id of a run that a person starts', () => {
  expect(route({ alertname: 'emergencyRecovery', instance: 'h1' }).workflowId).toBe(
    'incident/emergencyRecovery.alert/h1',
  );
  const mapped = routeAlert(alert({ alertname: 'serviceDown', labels: { instance: 'h1' } }), {
    hosts: HOSTS,
    routes: { serviceDown: 'serviceDown' },
  });
  expect(mapped.workflowId).toBe('incident/serviceDown.alert/h1');
});
