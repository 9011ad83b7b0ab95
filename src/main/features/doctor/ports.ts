import type { FindingGroup } from './finding-entry.ts';
import type { FindingCode } from './findings.ts';

/** What a check saw. */
export interface Observation {
  readonly code: FindingCode;
  /** What was measured or said, as it is: for a person to judge, in no language. */
  readonly evidence: string;
  /** The command line that fixes just this, instead of the code's own; null where the code's own would not here. */
  readonly command?: string | null;
}

/** Something that is done to see whether it works here. It cleans up after itself and leaves what it looks at as it is. */
export interface Check {
  readonly name: string;
  /** Where it belongs when it hangs or breaks; without it, to the machine. */
  readonly group?: FindingGroup;
  /** The profile in use does without what is checked: its errors count as warnings. */
  readonly optional?: boolean;
  run(): Promise<readonly Observation[]>;
}

/** A server of the profile `external`, to be asked by its own protocol. */
export interface EndpointCheck {
  /** As `postgres`, `mongo`, `redis`, `s3`, `temporal`. */
  readonly name: string;
  /** Where it is, without credentials. */
  readonly place: string;
  /**
   * Asks once, with its credentials; answers what it said, as its version.
   * @throws TrainyardError `…_REFUSED_CREDENTIALS` (or `…_LOGIN_REFUSED`), `…_UNTRUSTED` (or `…_TLS`), `…_UNREACHABLE`: these have codes of
   * their own; of another TrainyardError the message is told, of any other error only its kind
   */
  probe(signal: AbortSignal): Promise<string>;
}
