/** Ids of one page, a bit each. */
const pageIds = 2 ** 15;
/** 16 MiB in all: ids that lie so far apart that they need more are not remembered. */
const mostPages = 4096;

/** Remembers whole numbers, a bit for each, as annotations are numbered: mostly one behind the other. */
export class SeenIds {
  private readonly pages = new Map<number, Uint8Array>();
  private lastIndex = -1;
  private last: Uint8Array | null = null;

  /** Whether the id was given before; false for what can't be remembered. */
  isRepeated(id: number): boolean {
    if (!Number.isSafeInteger(id) || id < 0) return false;
    const page = this.page(Math.floor(id / pageIds));
    if (!page) return false;
    const within = id % pageIds;
    const bit = 1 << (within & 7);
    const byte = page[within >> 3] as number;
    page[within >> 3] = byte | bit;
    return (byte & bit) !== 0;
  }

  private page(index: number): Uint8Array | null {
    if (index === this.lastIndex) return this.last;
    let page = this.pages.get(index) ?? null;
    if (!page && this.pages.size < mostPages) {
      page = new Uint8Array(pageIds / 8);
      this.pages.set(index, page);
    }
    this.lastIndex = index;
    this.last = page;
    return page;
  }
}
