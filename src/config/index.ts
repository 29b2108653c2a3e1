export { ConfigError } from './config-error';
export { teamOnDuty } from '../shared/duty';
export { escalationPlan } from './escalation-policy';
export { CONFIG_EXIT_CODE, configProblems, exitOnConfigError, loadConfigOrExit } from './exit';
export { incidentPolicies } from './incident-policies';
export { loadConfig } from './load';
export { pagingWarnings } from './paging-warnings';
export { effectiveConfig, formatConfig } from './print';
export type { Config } from './schema/config';
