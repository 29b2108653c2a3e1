import { CancellationScope } from '@temporalio/workflow';
import type { PageKind } from '../../../activities/control/types';
import { isExpected } from './sent-page';

interface UnderWay {
  kind: PageKind['kind'];
  scope: CancellationScope;
  ended: Promise<void>;
}

/** Messages that are still on their way to their readers. Each can be dropped, and all of them can be waited for. */
export class MessagesUnderWay {
  /** What is said from a signal's handler belongs here as well: that runs in a scope which people may cancel. */
  private readonly home = CancellationScope.current();
  private readonly all = new Set<UnderWay>();

  constructor(private readonly onEnd: () => void) {}

  get isEmpty(): boolean {
    return this.all.size === 0;
  }

  /** One that cannot be delivered is no error. */
  begin(kind: PageKind['kind'], send: () => Promise<unknown>): void {
    const scope = new CancellationScope({ cancellable: true, parent: this.home });
    const ended = scope.run(send).then(
      () => undefined,
      (err: unknown) => {
        if (!isExpected(err)) throw err;
      },
    );
    const message = { kind, scope, ended };
    this.all.add(message);
    void ended.finally(() => {
      this.all.delete(message);
      this.onEnd();
    });
  }

  /** All of them, or those of one kind; resolves when they have ended. */
  async drop(kind?: PageKind['kind']): Promise<void> {
    const dropped = [...this.all].filter((message) => kind === undefined || message.kind === kind);
    dropped.forEach(({ scope }) => scope.cancel());
    await Promise.all(dropped.map(({ ended }) => ended));
  }

  async ended(): Promise<void> {
    await Promise.all([...this.all].map(({ ended }) => ended));
  }
}
