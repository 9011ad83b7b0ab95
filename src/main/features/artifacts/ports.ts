/** An artifact of an attempt that is over, which the bucket `artifacts` does not have yet. */
export interface UnstoredArtifact {
  readonly id: string;
  readonly runId: string;
  readonly attempt: number;
  /** Relative to the run directory; a file, or a folder with files. */
  readonly path: string;
  readonly runDirectory: string;
  /** Another one after the artifact was written again. */
  readonly version: string;
}

export interface StoredArtifact {
  /** Ends with `/` where the artifact is a folder: what its files' keys begin with. */
  readonly objectKey: string;
  /** Of a file's bytes, in hex; null of a folder. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
}

/**
 * Artifacts as rows. Those of runs in the bin are left out, and so are checkpoints of an attempt that a further one of their kind
 * (`best`, `last`) has taken the place of.
 */
export interface ArtifactRows {
  /** Attempts of a machine that are over and have artifacts without an object, oldest first. */
  attemptsWithUnstored(machineId: string): Promise<string[]>;
  /** Nothing while the attempt is not over. */
  unstored(attemptId: string): Promise<UnstoredArtifact[]>;
  /** Writes down where the artifact is, unless it was written again or is stored already. Answers whether it did. */
  setStored(artifact: UnstoredArtifact, stored: StoredArtifact): Promise<boolean>;
}
