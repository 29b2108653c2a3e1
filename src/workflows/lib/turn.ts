import type { TurnAnswer, TurnRelease, TurnRequest } from '../../shared/guard';
import type { ChangePermit } from '../../shared/permit';
import type { Change } from './gate';

export interface TurnOptions {
  host: string;
  request: () => TurnRequest;
  note: (title: string, detail: string) => void;
}
export class Turn {
  hasWaited = false;
  isResumed = false;
  constructor(private readonly options: TurnOptions) {}
  request(): void {}
  receive(_answer: TurnAnswer): void {}
  async ready(_until: () => boolean): Promise<'over' | Extract<TurnAnswer, { kind: 'granted' | 'refused' }>> {
    return { kind: 'granted', token: 0 };
  }
  permit(_change: Change): ChangePermit {
    return { kind: 'change', token: 0, holder: this.options.host };
  }
  async release(_release: Pick<TurnRelease, 'changed' | 'closedEpisodes'>): Promise<void> {}
}
