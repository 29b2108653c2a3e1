import { troubleOf } from '../../../src/amqp/trouble';

const closed = (code: string, text: string) =>
  new Error(`Operation failed: QueueDeclare; ${code} with message "${text}"`);

it.each([
  [closed('404 (NOT-FOUND)', "NOT_FOUND - no queue 'q' in vhost '/'"), /make it, or set declare: true/],
  [closed('403 (ACCESS-REFUSED)', "ACCESS_REFUSED - configure access to queue 'q' refused"), /lacks a permission/],
  [closed('406 (PRECONDITION-FAILED)', "PRECONDITION_FAILED - inequivalent arg 'durable'"), /set declare: false/],
  [new Error('self-signed certificate in certificate chain'), /NODE_EXTRA_CA_CERTS/],
  [new Error('Heartbeat timeout'), /whether RabbitMQ runs/],
])('%s has a hint of its own', (err, hint) => {
  expect(troubleOf(err)).toEqual({ reason: err.message, hint: expect.stringMatching(hint) });
});

it('has words also for errors that have none, and for what is no error', () => {
  expect(troubleOf(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })).reason).toBe('ECONNREFUSED');
  expect(troubleOf('stopped').reason).toBe('stopped');
});

it('masks what looks like a secret, and is bounded', () => {
  expect(troubleOf(new Error('amqp://halcyon:hunter2@mq is no good')).reason).not.toContain('hunter2');
  expect(troubleOf(new Error('x'.repeat(10_000))).reason.length).toBeLessThan(1_000);
});
