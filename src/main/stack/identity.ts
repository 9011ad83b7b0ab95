/** Which stack a state folder has. */
export interface StackIdentity {
  /** A UUID: the value of the label `io.trainyard.stack`. */
  readonly id: string;
  /** The stack's name, also its Compose project. */
  readonly name: string;
}
