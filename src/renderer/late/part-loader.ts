import { fault } from '../../shared/errors/catalogue.ts';

/** Imports of one part within one load: about eight seconds in all. */
const triesPerLoad = 6;
/** Imports of one part in the life of a tab: the browser keeps every failed address for good. */
const triesPerTab = 200;

export interface PartLoaderPorts {
  /** Waits before another try; ends early where the engine was just reached again. */
  sleep(milliseconds: number): Promise<void>;
  /** Whether the engine has other parts than this page was built with. */
  isOutdated(): Promise<boolean>;
}

/** What browsers say of a module that could not be fetched; every other error is the module's own. */
function isFetchFailure(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    /dynamically imported module|importing a module script failed/i.test(error.message)
  );
}

/** Milliseconds before a try: 100 doubled up to 4 s. */
function pause(tries: number): number {
  return Math.min(4000, 100 * 2 ** tries);
}

/**
 * Imports parts of the page that come later. A browser remembers that an address failed and never asks for it again, so a further try
 * asks under another query. That is sound because a part imports nothing but the entry, which has run (the build checks it), and because
 * each part is kept once it came: no module runs twice.
 */
export class PartLoader {
  private readonly ports: PartLoaderPorts;
  private readonly loads = new Map<string, Promise<unknown>>();
  private readonly imports = new Map<string, number>();

  constructor(ports: PartLoaderPorts) {
    this.ports = ports;
  }

  /**
   * @param address of the part, as the build wrote it
   * @param load imports from an address
   * @throws TrainyardError PART_UNREACHABLE, PAGE_OUTDATED; or what the part itself threw
   */
  load<T>(address: string, load: (address: string) => Promise<T>): Promise<T> {
    const known = this.loads.get(address);
    // The map holds what this very call site put there: the type goes with the address.
    if (known) return known as Promise<T>;
    const loading = this.tryRepeatedly(address, load);
    this.loads.set(address, loading);
    loading.catch(() => this.loads.delete(address));
    return loading;
  }

  private async tryRepeatedly<T>(address: string, load: (address: string) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const earlier = this.imports.get(address) ?? 0;
      this.imports.set(address, earlier + 1);
      try {
        return await load(earlier === 0 ? address : `${address}?again=${earlier}`);
      } catch (error) {
        if (!isFetchFailure(error)) throw error;
        if (await this.ports.isOutdated()) {
          throw fault('PAGE_OUTDATED', {}, { cause: error });
        }
        if (tries >= triesPerLoad || earlier + 1 >= triesPerTab) {
          throw fault('PART_UNREACHABLE', {}, { cause: error });
        }
        await this.ports.sleep(pause(tries));
      }
    }
  }
}
