/** Keeps values that were costly to get, up to a weight of all together; those used longest ago go first. */
export class WeightedCache<Value> {
  private readonly entries = new Map<string, { readonly value: Promise<Value>; weight: number }>();
  private readonly capacity: number;
  private readonly weigh: (value: Value) => number;
  private weight = 0;

  constructor(capacity: number, weigh: (value: Value) => number) {
    this.capacity = capacity;
    this.weigh = weigh;
  }

  /** The value under the key; who asks while it is being made waits for the same. A failure is not kept. */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known.value;
    }
    const entry = { value: make(), weight: 0 };
    this.entries.set(key, entry);
    entry.value.then(
      (value) => {
        if (this.entries.get(key) !== entry) return;
        entry.weight = this.weigh(value);
        this.weight += entry.weight;
        this.shrink();
      },
      () => this.entries.delete(key),
    );
    return entry.value;
  }

  private shrink(): void {
    for (const [key, { weight }] of this.entries) {
      if (this.weight <= this.capacity) return;
      this.entries.delete(key);
      this.weight -= weight;
    }
  }
}
