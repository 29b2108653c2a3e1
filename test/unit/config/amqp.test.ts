import { formatConfig } from '../../../src/config/print/print';
import { configOf, problemsOf } from './support';

const QUEUE = 'amqp://halcyon:hunter2@mq.example:5672/alerts';

it('has no queue unless one is named', () => {
  expect(configOf('log: {}').intake.amqp).toBeNull();
});

it('has names of its own for exchanges and queues', () => {
  expect(configOf('intake: {amqp: {url: "${Q}"}}', { Q: QUEUE }).intake.amqp).toEqual({
    url: QUEUE,
    exchange: 'halcyon.alerts',
    queue: 'halcyon.alerts',
    deadLetterExchange: 'halcyon.alerts.dead',
    deadLetterQueue: 'halcyon.alerts.dead',
    prefetch: 100,
    declare: true,
  });
});

it('masks the password', () => {
  const printed = formatConfig(configOf(`intake: {amqp: {url: "${QUEUE}"}}`));
  expect(printed).toContain('mq.example');
  expect(printed).not.toContain('hunter2');
});

it.each([
  ['{}', 'intake.amqp.url: missing; expected either url or urlFile'],
  ['{url: "amqp://h", urlFile: /etc/url}', 'intake.amqp.url: expected either url or urlFile'],
  ['{urlFile: url}', /intake\.amqp\.urlFile: expected an absolute file path/],
  ['{url: "http://u:hunter2@h"}', /intake\.amqp\.url: expected a URL that starts with amqp:\/\/ or amqps:\/\//],
  ['{urlFile: /u, queue: q, deadLetterQueue: q}', 'intake.amqp.deadLetterQueue: expected another name than queue has'],
  ['{urlFile: /u, exchange: e, deadLetterExchange: e}', /deadLetterExchange: expected another name than exchange has/],
  ['{urlFile: /u, queue: amq.q}', /intake\.amqp\.queue: expected a name .* that does not begin with "amq\."/],
  ['{urlFile: /u, prefetch: 0}', /intake\.amqp\.prefetch: expected a whole number from 1 to 1000/],
])('refuses %s', (amqp, problem) => {
  const problems = problemsOf(`intake: {amqp: ${amqp}}`);
  expect(problems).toEqual([
    typeof problem === 'string' ? expect.stringContaining(problem) : expect.stringMatching(problem),
  ]);
  expect(problems.join()).not.toContain('hunter2');
});
