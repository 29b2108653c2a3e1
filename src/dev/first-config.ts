import { existsSync, writeFileSync } from 'node:fs';
import type { DataFolder } from './data-folder';
import type { ThisHost } from './this-host';

/** Writes a configuration to begin with where there is none, and says whether it did. What is there stays. */
export function writeFirstConfig(data: DataFolder, host: ThisHost, withAgent: boolean): boolean {
  if (existsSync(data.firstConfig)) return false;
  writeFileSync(data.firstConfig, firstConfig(data, host, withAgent), { mode: 0o600, flag: 'wx' });
  return true;
}

/** Everything is a default or observes: what it says can be read, changed, and thrown away. */
export function firstConfig(data: DataFolder, host: ThisHost, withAgent: boolean): string {
  const agent = agentSection(data, host);
  return `# Of "halcyon dev", which wrote it once and never changes it: adapt it, and start again. Every key, with its default, is in
# halcyon.example.yaml; "halcyon config check" says what is in effect.

temporal:
  address: 127.0.0.1:7233
  # Temporal UI.
  uiUrl: http://127.0.0.1:8233

intake:
  # Where Alertmanager brings its alerts. Its token is in the file webhook-token beside this one.
  port: 9095

# Which alerts are about which host: the label "instance" that your Prometheus gives its KingFisher. An alert about none of
# them is recorded, and nothing is looked at.
hosts:
  ${host.name}:
    instances: ['${host.name}:8201', 'localhost:8201', '127.0.0.1:8201']

# Incidents look, page and say what they would do, and change nothing. Then: approve, where people say yes to each remedy;
# then auto.
runbooks:
${['serviceDown', 'pipelineFailures', 'securityViolations', 'analysisLatency', 'imageProcessingStalled', 'outboxStuck', 'emergencyRecovery'].map((name) => `  ${name}: { mode: observe }`).join('\n')}

# Nobody is paged until there is a token or a key.
pagers:
  slack:
    token: \${HALCYON_SLACK_TOKEN:-}

# The record of incidents: PostgreSQL in WebAssembly. A real one: url: postgres://... in place of path.
store:
  path: ${data.record}

# This host, for --agent: what it is, and what may be done there. "halcyon agent check" says what is missing.
${withAgent ? agent : commentedOut(agent)}`;
}

/** Also for those whose configuration has none. */
export function agentSection(data: DataFolder, host: ThisHost): string {
  return `agent:
  host: ${host.name}
  # Nothing: the agent looks, and refuses to change anything whatever it is asked. Without this line it may do what
  # halcyon.example.yaml says.
  allow: []
  kingfisher:
    manager: { type: systemd, unit: ${host.unit} }
    baseUrl: http://127.0.0.1:8201
    user: ${host.user}
    installDir: ${host.installDir}
    dataDir: ${host.dataDir}
    logFile: ${host.logFile}
    accessLog: ${host.accessLog}
  # What KingFisher stands on, asked by its own protocol: a unit that is left out is not looked at.
  dependencies: {}
  #dependencies:
  #  postgres: { unit: postgresql@15-main.service, url: 'postgres://USER:\${PASSWORD}@127.0.0.1:5432/zmart_core' }
  #  redis: { unit: redis-server.service, url: 'redis://127.0.0.1:6379/1' }
  #  rabbitmq: { unit: rabbitmq-server.service, url: 'amqp://guest:guest@127.0.0.1:5672' }
  stateDir: ${data.agentState}
`;
}

function commentedOut(section: string): string {
  return section.replace(/^(?=.)/gm, '#');
}
