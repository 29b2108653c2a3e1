import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate as flushed } from 'node:timers/promises';
import { ActivityFailure, CancelledFailure, TemporalFailure } from '@temporalio/common';

/** The time as the sources see it; nothing else of timers is played. */
const KEPT = ['nextTick', 'setImmediate', 'clearImmediate', 'setTimeout', 'clearTimeout'] as const;

const ENDLESS = 20_000;

interface Waiter {
  isSo: () => boolean;
  due: number;
  end: (isSo: boolean) => void;
}
interface Child {
  type: string;
  workflowId: string;
  args: unknown[];
  parentClosePolicy: string;
}
interface Asked {
  name: string;
  args: Record<string, unknown>;
  taskQueue: string;
  scheduleToCloseTimeout?: number;
  summary?: string;
}
type Handler = (message: unknown) => unknown;
type Activity = (args: never) => unknown;

export const ID = 'lease/h1/openai.max_qps';

/** Thrown as Temporal does: this run is over. */
class GoesOn extends Error {}

/** Where the code stands that runs. */
const around = new AsyncLocalStorage<Scope>();

/** What can be cancelled. */
class Scope {
  private readonly inner = new Set<Scope>();
  private fail: (err: Error) => void = () => undefined;
  readonly cancelRequested = new Promise<never>((_, fail) => (this.fail = fail));

  /** Cancelled together with the one around it; null: by nobody. */
  constructor(outer: Scope | null = around.getStore() ?? null) {
    outer?.inner.add(this);
    this.cancelRequested.catch(() => undefined);
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    return around.run(this, work);
  }

  cancel(): void {
    this.fail(new CancelledFailure('cancelled'));
    for (const one of this.inner) one.cancel();
  }

  /** A call of Temporal's: fails when its scope is cancelled. */
  static async called<T>(work: Promise<T>): Promise<T> {
    const scope = around.getStore();
    return scope === undefined ? await work : await Promise.race([work, scope.cancelRequested]);
  }
}

/**
 * As much of Temporal as a lease needs, in one process: time passes from timer to timer, nothing is tried again, and what a
 * workflow asks of it stands in lists.
 */
export class PlayedTemporal {
  readonly asked: Asked[] = [];
  /** Activities that were called off before they had answered. */
  readonly calledOff: string[] = [];
  readonly signals: { to: string; name: string; message: unknown }[] = [];
  readonly children: Child[] = [];
  readonly attributes: Record<string, unknown>[] = [];
  readonly logged: string[] = [];
  readonly waits: { ms?: number; summary?: string }[] = [];
  details = '';
  continuedAs: unknown;
  info = { historyLength: 10, targetWorkerDeploymentVersionChanged: false };
  activities: Record<string, Activity> = {};
  /** Called when a signal is sent to another workflow; may throw or wait. */
  beforeSignal: (to: string) => Promise<void> | void = () => undefined;
  beforeChild: () => void = () => undefined;
  result: unknown;
  failure: unknown;
  private readonly handlers = new Map<string, { handle: Handler; validator?: Handler }>();
  private readonly waiters = new Set<Waiter>();
  private readonly root = new Scope(null);
  private isDone = false;
  private calls = 0;

  /** The one of the test from here on. */
  static begin(startsAt: string): PlayedTemporal {
    jest.useFakeTimers({ now: Date.parse(startsAt), doNotFake: [...KEPT] });
    return (current = new PlayedTemporal());
  }

  async start<T>(workflow: () => Promise<T>): Promise<void> {
    this.isDone = false;
    const done = (more: Partial<PlayedTemporal>) => Object.assign(this, more, { isDone: true });
    void this.root.run(workflow).then(
      (result) => done({ result }),
      (failure: unknown) => done(failure instanceof GoesOn ? {} : { failure }),
    );
    await this.settle();
  }

  async signal(name: string, message?: unknown): Promise<void> {
    this.handler('signal', name).handle(message);
    await this.settle();
  }

  /** As a person sends it: what the workflow does not take is thrown. */
  async update(name: string, message: unknown): Promise<unknown> {
    const { validator, handle } = this.handler('update', name);
    validator?.(message);
    const answer = await handle(message);
    await this.settle();
    return answer;
  }

  query(name: string): unknown {
    return this.handler('query', name).handle(undefined);
  }

  async cancel(): Promise<void> {
    this.root.cancel();
    await this.settle();
  }

  /** Time passes. */
  async pass(ms: number): Promise<void> {
    const end = Date.now() + ms;
    for (let next = this.next(); next !== undefined && next.due <= end; next = this.next()) {
      await this.ring(next);
    }
    jest.setSystemTime(end);
    await this.settle();
  }

  /** Time passes until the workflow is over. */
  async end(): Promise<unknown> {
    for (let timers = 0; !this.isDone; timers += 1) {
      const next = this.next();
      if (next === undefined || timers > 500) throw new Error('the workflow does not end');
      await this.ring(next);
    }
    return this.result;
  }

  /** What is played of `@temporalio/workflow`. */
  get module(): object {
    return {
      CancellationScope: Object.assign(Scope, {
        current: () => around.getStore(),
        nonCancellable: <T>(work: () => Promise<T>) => new Scope(null).run(work),
      }),
      condition: (isSo: () => boolean, ms?: number, options?: { summary?: string }) =>
        this.condition(isSo, ms, options),
      proxyActivities: (options: Omit<Asked, 'name' | 'args'>) =>
        new Proxy({}, { get: (_, name: string) => (args: Asked['args']) => this.ask({ ...options, name, args }) }),
      getExternalWorkflowHandle: (to: string) => ({
        signal: async (sent: string | { name: string }, message: unknown) => await this.send(to, sent, message),
      }),
      startChild: async (type: string, options: Omit<Child, 'type'>) => {
        this.beforeChild();
        this.children.push({ ...options, type });
      },
      setHandler: (of: { type: string; name: string }, handle: Handler, more: { validator?: Handler } = {}) =>
        void this.handlers.set(`${of.type} ${of.name}`, { handle, ...more }),
      workflowInfo: () =>
        this.counted() && { workflowId: ID, firstExecutionRunId: 'run-1', historySize: 0, ...this.info },
      allHandlersFinished: () => true,
      makeContinueAsNewFunc: () => async (input: unknown) => {
        this.continuedAs = structuredClone(input);
        throw new GoesOn();
      },
      setCurrentDetails: (details: string) => void (this.details = details),
      upsertSearchAttributes: (pairs: { key: { name: string }; value: unknown }[]) =>
        void this.attributes.push(Object.fromEntries(pairs.map(({ key, value }) => [key.name, value]))),
      log: { info: (text: string) => void this.logged.push(text) },
    };
  }

  private async condition(isSo: () => boolean, ms?: number, { summary }: { summary?: string } = {}): Promise<boolean> {
    if (this.counted() && isSo()) return true;
    this.waits.push({ ms, summary });
    const waiter: Waiter = { isSo, due: ms === undefined ? Infinity : Date.now() + ms, end: () => undefined };
    this.waiters.add(waiter);
    const ended = new Promise<boolean>((end) => (waiter.end = end));
    return await Scope.called(ended).finally(() => this.waiters.delete(waiter));
  }

  /** What fails in an agent reaches the workflow as Temporal wraps it; any other error is one of the workflow's own. */
  private async ask(asked: Asked): Promise<unknown> {
    if (this.counted()) this.asked.push(asked);
    const work = async () => await this.activities[asked.name]!(asked.args as never);
    return await Scope.called(work()).catch((err: unknown) => {
      if (err instanceof CancelledFailure) this.calledOff.push(asked.name);
      if (!(err instanceof TemporalFailure)) throw err;
      throw new ActivityFailure('', asked.name, '1', 'NON_RETRYABLE_FAILURE', '', err);
    });
  }

  private async send(to: string, sent: string | { name: string }, message: unknown): Promise<void> {
    await Scope.called(Promise.resolve(this.beforeSignal(to)));
    this.signals.push({ to, name: typeof sent === 'string' ? sent : sent.name, message: structuredClone(message) });
  }

  /** One that asks without end would never let a test end. */
  private counted(): true {
    this.calls += 1;
    if (this.calls > ENDLESS) throw new Error('the workflow asks without end');
    return true;
  }

  private handler(type: string, name: string) {
    const handler = this.handlers.get(`${type} ${name}`);
    if (handler === undefined) throw new Error(`the workflow takes no ${type} ${name}`);
    return handler;
  }

  private next(): Waiter | undefined {
    const due = [...this.waiters].filter((one) => one.due < Infinity);
    return due.sort((a, b) => a.due - b.due)[0];
  }

  private async ring(waiter: Waiter): Promise<void> {
    jest.setSystemTime(waiter.due);
    waiter.end(waiter.isSo());
    await this.settle();
  }

  /** Until nothing happens any more without time or a message. */
  private async settle(): Promise<void> {
    for (;;) {
      for (let n = 0; n < 5; n += 1) await flushed();
      const ready = [...this.waiters].filter((one) => one.isSo());
      if (ready.length === 0) return;
      for (const one of ready) one.end(true);
    }
  }
}

let current: PlayedTemporal | undefined;

/** For `jest.mock('@temporalio/workflow', …)`. */
export function played(): object {
  const real = jest.requireActual<object>('@temporalio/workflow');
  const of = (name: string | symbol) => (current !== undefined && name in current.module ? current.module : real);
  return new Proxy(real, { get: (_, name) => Reflect.get(of(name), name) as unknown });
}
