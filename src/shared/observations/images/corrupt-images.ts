/** An image that cannot be decoded. */
export interface CorruptImage {
  /** Below the folder of images. */
  image: string;
  /** What its decoder said, masked and cut. */
  why: string;
}

/** What decoding the images of the last time came to. */
export interface CorruptImages {
  /** So many were decoded, or tried to be. */
  looked: number;
  corrupt: number;
  /** Some of them, at most `IMAGES_TOLD`. */
  examples: CorruptImage[];
  /** Those of which nobody knows: another format, too large, not readable for KingFisher's user. Never moved. */
  unknown: number;
  /** Why these are not all; empty where they are. */
  partial: string;
}

export const IMAGES_TOLD = 10;

/** An image in the quarantine, as its manifest has it. */
export interface QuarantinedImage {
  id: string;
  /** Where it was. */
  path: string;
  why: string;
  sha256: string;
  bytes: number;
  uid: number;
  gid: number;
  /** Permission bits. */
  mode: number;
  /** Last written, ISO 8601. */
  modifiedAt: string;
  quarantinedAt: string;
  /** Workflow id of the incident. */
  by: string;
}

/** The quarantine of one host, for people. Each rejects with an error that says what to do. */
export interface Quarantine {
  /** The newest first. */
  list(): Promise<QuarantinedImage[]>;
  /** Puts it back where it was; undefined for an id that is not there. */
  restore(id: string): Promise<QuarantinedImage | undefined>;
}
