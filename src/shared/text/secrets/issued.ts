import { MASK, keepBefore } from './rule';
import type { Rules } from './rule';

/** What an issuer makes is known by its form wherever it stands. Forms as their issuers document them. */
const FORMS: Record<string, string[]> = {
  aws: [String.raw`(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{12,}`],
  google: [String.raw`AIza[\w-]{30,}`, String.raw`ya29\.[\w.-]{20,}`, String.raw`GOCSPX-[\w-]{20,}`],
  azure: [String.raw`[\w~.-]{3}\dQ~[\w~.-]{31,34}`],
  slack: [String.raw`xox[a-z]-[\w-]+`, String.raw`xapp-[\w-]+`],
  stripe: [String.raw`[srp]k_(?:live|test|prod)_\w{6,}`, String.raw`whsec_[\w+/=]{16,}`],
  github: [String.raw`gh[a-z]_\w{16,}`, String.raw`github_pat_\w{20,}`],
  gitlab: [String.raw`gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|agent|oas|ffct)-[\w.=-]{16,}`],
  packages: [String.raw`npm_[A-Za-z0-9]{30,}`, String.raw`pypi-[\w-]{32,}`, String.raw`rubygems_[0-9a-f]{40,}`],
  mail: [String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`, String.raw`key-[0-9a-f]{32}`, String.raw`[0-9a-f]{32}-us\d{1,2}`],
  twilio: [String.raw`SK[0-9a-f]{32}`],
  models: [
    String.raw`sk-(?:proj|svcacct|admin|ant|or|lf)-[\w-]{6,}`,
    String.raw`sk-(?=[^\d\s]{0,100}\d)[\w-]{12,}`,
    String.raw`sk-[A-Za-z0-9]{12,}`,
    String.raw`(?:hf|gsk|r8)_\w{20,}`,
    String.raw`(?:xai|pplx)-\w{20,}`,
  ],
  vault: [String.raw`hv[sbr]\.[\w-]{20,}`],
  clouds: [
    String.raw`do[opr]_v1_[0-9a-f]{40,}`,
    String.raw`dapi[0-9a-f]{32}`,
    String.raw`tskey-\w{1,20}-[\w-]{10,}`,
    String.raw`dckr_[a-z]{2,4}_[\w-]{20,}`,
    String.raw`dp\.(?:pt|st|ct|sa)\.[\w.-]{20,}`,
    String.raw`pul-[0-9a-f]{40}`,
    String.raw`HRKU-[\w-]{20,}`,
    String.raw`sbp_[0-9a-f]{40}`,
  ],
  watching: [
    String.raw`gl(?:sa|c)_[\w+/=]{20,}`,
    String.raw`NRAK-[A-Z0-9]{20,}`,
    String.raw`sntry[su]_[\w+/=-]{20,}`,
    String.raw`dt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{40,}`,
    String.raw`u\+[\w-]{18}`,
  ],
  others: [
    String.raw`lin_api_\w{30,}`,
    String.raw`shp(?:at|ca|pa|ss)_[0-9a-f]{32}`,
    String.raw`PMAK-[0-9a-f]{24}-[0-9a-f]{34}`,
    String.raw`ATATT3[\w=-]{30,}`,
    String.raw`AGE-SECRET-KEY-1[A-Z0-9]{40,}`,
    String.raw`ops_eyJ[\w+/=-]{40,}`,
  ],
  // A JSON Web Token, also one that was cut.
  jwt: [String.raw`eyJ[\w-]{1,500}\.[\w-]+(?:\.[\w-]*)?`],
  telegram: [String.raw`\d{6,12}:[\w-]{30,}`],
};

const EVERY_FORM = Object.values(FORMS).flat().join('|');
/** Their keys look like any hash: only beside their names are they known. */
const PLAIN_KEYS = 'pagerduty|twilio|datadog|mailgun|cloudflare|sendgrid|newrelic|heroku|routing_?key|integration_?key';

/** Secrets that nothing beside them names. */
export const issuedRules: Rules = {
  hint: /[^\s\u0000]{9}/,
  rules: [
    { pattern: new RegExp(String.raw`(?<![A-Za-z0-9])(?:${EVERY_FORM})`, 'g'), by: MASK },
    { pattern: /\bbot\d{1,20}:[\w-]+/gi, by: `bot${MASK}` },
    // Hashes of passwords: of bcrypt, of /etc/shadow, of PostgreSQL.
    { pattern: /\$(?:1|2[abxy]?|5|6|7|y|gy|argon2id?|scrypt)\$(?:[\w./$=+-]|,(?=\w=)){20,}/g, by: MASK },
    { pattern: /\bSCRAM-SHA-256\$\d{1,9}:[\w+/=]{1,200}\$[\w+/=]{1,200}:[\w+/=]{1,200}/g, by: MASK },
    keepBefore(String.raw`(\b(?:${PLAIN_KEYS})\b[^\n]{0,30}?)(?<![\w-])[0-9a-z]{32}(?![\w-])`),
  ],
};
