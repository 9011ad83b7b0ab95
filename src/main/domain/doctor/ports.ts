import type { FindingCode } from './findings.ts';

/** What a check saw. */
export interface Observation {
  readonly code: FindingCode;
  /** What was measured or said, as it is: for a person to judge, in no language. */
  readonly evidence: string;
}

/** Something that is done to see whether it works here. It cleans up after itself and leaves what it looks at as it is. */
export interface Check {
  readonly name: string;
  run(): Promise<readonly Observation[]>;
}
