/** The values of a parameterised statement, in the order of their placeholders. */
export class Parameters {
  readonly values: unknown[] = [];

  /** Takes a value and answers its placeholder. */
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}
