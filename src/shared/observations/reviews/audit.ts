/** What the monthly security audit looks at, one by one: what cannot be read hides none of the others. */
export const AUDIT_CHECKS = [
  'ports',
  'files',
  'users',
  'leftBehind',
  'certificates',
  'credentials',
  'advisories',
] as const;

export type AuditCheck = (typeof AUDIT_CHECKS)[number];

export const AUDIT_WORDS: Record<AuditCheck, string> = {
  ports: 'open ports',
  files: 'file modes',
  users: 'users and sudo',
  leftBehind: 'leases and blocks left behind',
  certificates: 'certificates',
  credentials: 'default credentials',
  advisories: 'dependency advisories',
};

/** What one check saw. Only one without findings, unknowns and what was not looked at is well. */
export interface AuditState {
  /** What people should look at, at most `AUDIT_FINDINGS_LIMIT`. */
  findings: string[];
  /** So many more there are. */
  dropped: number;
  /** What was looked at, in few words. */
  seen: string;
  /** What could not be read, by its name, and why. */
  unknown: string[];
  /** What the host's file does not ask for, or what is not installed. */
  notLooked: string[];
}

export const AUDIT_FINDINGS_LIMIT = 25;
