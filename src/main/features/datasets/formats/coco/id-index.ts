import type { CocoId } from './entries.ts';

/** Smaller ids have a place in one array; 16 MiB at most. */
const mostDense = 2 ** 22;

/** Numbers ids in the order in which they come. Ids of COCO files are small whole numbers mostly, which need no search. */
export class IdIndex {
  private dense = new Int32Array(2 ** 12);
  private readonly others = new Map<CocoId, number>();
  private count = 0;

  /** -1 where the id has not come yet. */
  find(id: CocoId): number {
    if (!isDense(id)) return this.others.get(id) ?? -1;
    return (this.dense[id] ?? 0) - 1;
  }

  /** Numbers an id that has not come yet. */
  add(id: CocoId): number {
    const index = this.count;
    this.count += 1;
    if (isDense(id)) {
      this.dense = withRoom(this.dense, id);
      this.dense[id] = index + 1;
    } else this.others.set(id, index);
    return index;
  }
}

const isDense = (id: CocoId): id is number =>
  typeof id === 'number' && id >= 0 && id < mostDense && (id | 0) === id;

/** The array, or a copy of it that is longer, with a place for an index. */
export function withRoom(array: Int32Array<ArrayBuffer>, index: number): Int32Array<ArrayBuffer> {
  if (index < array.length) return array;
  const longer = new Int32Array(Math.max(index + 1, array.length * 2));
  longer.set(array);
  return longer;
}
