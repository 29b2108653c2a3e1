import { alertContext } from '../../../src/shared/alert-context';
import { alert } from '../../support/incidents';

const GENERATOR = 'http://prometheus:9090/graph?g0.expr=';

describe('the window of an alert', () => {
  it.each([
    ['rate(failures_total%5B5m%5D) %3E 0.1', 300_000],
    ['rate(a[5m]) / rate(b[1h30m])', 5_400_000],
    ['max_over_time(rate(a[1m])[10m:30s])', 600_000],
    ['up == 0', null],
    ['a[5 minutes]', null],
    ['a[9999999999d]', null],
    ['a[0s]', null],
  ])('%s is %p ms', (expression, windowMs) => {
    expect(alertContext(alert({ generatorURL: `${GENERATOR}${expression}` })).windowMs).toBe(windowMs);
  });

  it('is what the alert itself says, where it does', () => {
    const generatorURL = `${GENERATOR}rate(a[5m])`;
    expect(alertContext(alert({ generatorURL, annotations: { window: '15m' } })).windowMs).toBe(900_000);
    expect(alertContext(alert({ generatorURL, labels: { window: '2m' } })).windowMs).toBe(120_000);
    expect(alertContext(alert({ generatorURL, labels: { window: 'long' } })).windowMs).toBe(300_000);
  });
});

it('labels and annotations are bounded in number and length, whatever was sent', () => {
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [`${'n'.repeat(5_000)}${i}`, 'v'.repeat(5_000)]),
  );
  const named = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`label${i}`, 'v'.repeat(5_000)]));
  for (const labels of [many, named]) {
    const context = alertContext(alert({ labels, annotations: labels, generatorURL: '['.repeat(100_000) }));
    expect(JSON.stringify(context).length).toBeLessThan(25_000);
  }
});
