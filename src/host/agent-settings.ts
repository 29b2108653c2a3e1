import type { z } from 'zod';
import type { agent } from '../config/schema/agent';

/**
 * What a host is and what may be done on it, from the agent's own halcyon.yaml (`agent:`) and never from a workflow. Each
 * key is written once, in src/config/schema.
 */
export type AgentSettings = z.output<typeof agent>;

export type KingfisherSettings = AgentSettings['kingfisher'];
/** How KingFisher's endpoints are asked. */
export type KingfisherProbes = KingfisherSettings['probes'];
/** How one endpoint is asked. */
export type AskedSettings = KingfisherProbes['metrics'];
/** KingFisher's statistics of its outbox, and where in them its numbers are. */
export type OutboxStatsSettings = KingfisherProbes['outbox'];
/** The Prometheus that scrapes this host's KingFisher. */
export type PrometheusSettings = NonNullable<AgentSettings['prometheus']>;
/** Where OpenAI is asked how long it takes to answer. */
export type OpenAiSettings = NonNullable<AgentSettings['openai']>;
/** One endpoint, and what it answers when it is well. */
export type EndpointSettings = KingfisherProbes['health'];
export type SystemdManagerSettings = Extract<KingfisherSettings['manager'], { type: 'systemd' }>;
/** The document's "or if running manually". */
export type ProcessManagerSettings = Extract<KingfisherSettings['manager'], { type: 'process' }>;
/** Where folder and user are absent, those of the service. */
export type ConfigCheckSettings = NonNullable<KingfisherSettings['configCheck']>;
/** What makes a token for a client. */
export type IssueTokenSettings = NonNullable<KingfisherSettings['issueToken']>;
/** How a site says that a step of the pipeline failed, and of what. */
export type PipelineSettings = KingfisherSettings['pipeline'];
/** Owner and group of everything below dataDir. */
export type OwnerSettings = NonNullable<KingfisherSettings['owner']>;

export type DependencySettings = AgentSettings['dependencies'];
/** What each of them has. */
export type StoreSettings = NonNullable<DependencySettings['postgres']>;

/** The tables of the outbox and of its quarantine, in the database of `dependencies.postgres`. */
export type OutboxTables = NonNullable<StoreSettings['outbox']>;

/** A setting, or a family of them, as the configuration has it. */
type ConfiguredSetting = AgentSettings['settings'][string];
/** A family: its members are not named in the configuration, but by a key, which is an address or a network. */
export type FamilySettings = Extract<ConfiguredSetting, { format: 'nftables' }>;
/** Where a setting lives, and what makes KingFisher take it: nothing, a reload where its unit has one, or a restart. */
export type SettingPlace = Exclude<ConfiguredSetting, FamilySettings>;
/** What may be written: numbers within bounds, texts of a list; with neither, true or false. */
export type SettingLimits = Pick<SettingPlace, 'min' | 'max' | 'oneOf'>;
/** A row of a table in the database of `dependencies.postgres`, and where in it the value is. */
export type TableSettings = Pick<Extract<SettingPlace, { format: 'table' }>, 'table' | 'where' | 'columns' | 'path'>;
