import type { PagedTeam } from '../../shared/paging/escalation';
import type { Store } from '../../store/store';
import { createCoordinationActivities } from './coordination';
import { createMaintenanceControl } from './maintenance';
import type { MaintenanceDeps } from './maintenance';
import { createPagingActivities } from './paging/paging';
import type { PagerSettings, PagingDeps } from './paging/paging';
import { createPostIncidentActivities } from './post-incident/review';
import type { PostIncidentDeps } from './post-incident/review';
import { createRecordActivities } from './record/write-record';
import { createRemindPauseActivities } from './remind-pause';
import { createReviewActivities } from './review/review';
import type { ReviewSettings } from './review/review';
import type { ControlActivities } from './types';

export interface ControlDeps extends PagingDeps, Pick<PostIncidentDeps, 'limits'> {
  pagers: PagerSettings & Pick<MaintenanceDeps, 'pings'>;
  /** The team on duty at a moment. */
  onDuty(at: Date): PagedTeam;
  /** Where incidents are written down; null where there is no such place. */
  store: Store | null;
  /** What reviews look at beside incidents. */
  maintenance: ReviewSettings;
}

/** All that a controller does outside of workflows. */
export function createControlActivities(deps: ControlDeps): ControlActivities {
  const paging = createPagingActivities(deps);
  const onDuty = () => deps.onDuty(deps.now());
  const { client, store, limits } = deps;
  const { pageSlack } = paging;
  return {
    ...createCoordinationActivities(client),
    ...paging,
    ...createRecordActivities(store),
    ...createRemindPauseActivities({ pageSlack, onDuty }),
    ...createMaintenanceControl({ client, pings: deps.pagers.pings, pageSlack, onDuty }),
    ...createPostIncidentActivities({ client, store, pageSlack, onDuty, limits }),
    ...createReviewActivities({ client, store, settings: deps.maintenance }),
  };
}
