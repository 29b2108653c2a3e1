import { z } from 'zod';
import { isMapping, valueAt } from '../load/values';
import { alertQueue } from './connections/alert-queue';
import { duration, hostName, section, size, someText, textWhere, wholeNumber } from './nouns';
import { absoluteFile } from './paths';
import { runbookName } from './runbooks';
import { optionalSecret, url } from './urls';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** `temporal:` where the cluster is and how to prove who we are. */
export const temporal = section({
  address: textWhere('host:port such as "127.0.0.1:7233"', isAddress).default('127.0.0.1:7233'),
  namespace: someText('a namespace such as "default"').default('default'),
  apiKey: optionalSecret(),
  tls: section({
    caFile: absoluteFile().optional(),
    certFile: absoluteFile().optional(),
    keyFile: absoluteFile().optional(),
    serverName: someText().optional(),
  })
    .superRefine(
      ({ certFile, keyFile }, context) => {
        if ((certFile === undefined) === (keyFile === undefined)) return;
        const absent = certFile === undefined ? 'certFile' : 'keyFile';
        context.addIssue({ code: 'custom', path: [absent], message: 'certFile and keyFile go together' });
      },
      { when: ({ value }) => isMapping(value) },
    )
    .nullable()
    .default(null),
  uiUrl: url('http', 'https').nullable().default(null),
});

/** `intake:` the doors for alerts: HTTP, and a queue beside it where there is one. */
export const intake = section({
  host: textWhere('an address or host name to listen on', (text) => /^[A-Za-z0-9.:_-]+$/.test(text)).default(
    '127.0.0.1',
  ),
  /** 0 lets the system choose. */
  port: wholeNumber(0, 65_535).default(9095),
  token: optionalSecret(),
  bodyLimit: size({ min: '1KiB', max: '64MiB' }).prefault('1MiB'),
  temporalTimeout: duration({ min: '100ms', max: '1m' }).prefault('4s'),
  amqp: alertQueue,
})
  .superRefine(
    ({ host, token }, context) => {
      if (typeof host !== 'string' || LOOPBACK.test(host) || (token !== null && token !== undefined)) return;
      const message = `without intake.token only loopback is possible: set a token, or listen on 127.0.0.1`;
      context.addIssue({ code: 'custom', path: ['host'], message });
    },
    { when: ({ value }) => isMapping(value) },
  )
  .transform(({ bodyLimit, temporalTimeout, ...rest }) => ({
    ...rest,
    bodyLimitBytes: bodyLimit,
    temporalTimeoutMs: temporalTimeout,
  }));

/** `controller:` how controllers of several builds share what is open. */
export const controller = section({
  /** Temporal keeps a run with the build that began it (docs/operations.md). */
  versioned: z.boolean({ error: 'expected true or false' }).default(false),
});

const label = someText('a label value');

/** `hosts:` which alerts are about which host. */
export const hosts = z
  .record(hostName(), section({ instances: z.array(label).default([]), services: z.array(label).default([]) }))
  .superRefine(rejectSharedInstances, { when: ({ value }) => isMapping(value) });

/** `routes:` which alert starts which runbook. */
export const routes = z.record(someText('an alert name'), runbookName);

/** `log:` of every process. */
export const log = section({
  level: z.enum(LOG_LEVELS, { error: `expected one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

function isAddress(text: string): boolean {
  const [, port] = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text) ?? [];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}

/** An instance that two hosts claim would send an alert to the wrong one. */
function rejectSharedInstances(value: Record<string, unknown>, context: z.core.$RefinementCtx): void {
  const owners = new Map<unknown, string>();
  for (const host of Object.keys(value)) {
    const instances = valueAt(value, [host, 'instances']);
    for (const [index, instance] of (Array.isArray(instances) ? instances : []).entries()) {
      const owner = owners.get(instance);
      if (owner === undefined) owners.set(instance, host);
      else addShared(context, [host, 'instances', index], owner);
    }
  }
}

function addShared(context: z.core.$RefinementCtx, path: PropertyKey[], owner: string): void {
  context.addIssue({ code: 'custom', path, message: `already listed under host "${owner}"` });
}
