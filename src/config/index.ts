export { ConfigError } from './config-error';
export { teamOnDuty } from './duty';
export { CONFIG_EXIT_CODE, configProblems, exitOnConfigError, loadConfigOrExit } from './exit';
export { loadConfig } from './load';
export { effectiveConfig, formatConfig } from './print';
export type { Config } from './schema/config';
