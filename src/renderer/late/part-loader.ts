import { fault } from '../../shared/errors/catalogue.ts';
import { pause } from '../rpc/pause.ts';
import { checkOutdated } from './outdated.ts';

/** Imports of one part within one load: about eight seconds in all. */
const triesPerLoad = 6;
/** Imports of one part in the life of a tab: the browser keeps every failed address for good. */
const triesPerTab = 200;

const loads = new Map<string, Promise<unknown>>();
const imports = new Map<string, number>();
let waiting = new AbortController();

/** Ends the pauses before further tries: the engine was reached again. */
export function endPauses(): void {
  waiting.abort();
  waiting = new AbortController();
}

/** What browsers say of a module that could not be fetched; every other error is the module's own. */
function isFetchFailure(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    /dynamically imported module|importing a module script failed/i.test(error.message)
  );
}

/**
 * Imports a part of the page that comes later. A browser remembers that an address failed and never asks for it again, so a further try
 * asks under another query. That is sound because a part imports nothing but the entry, which has run (the build checks it), and because
 * each part is kept once it came: no module runs twice.
 * @param address of the part, as the build wrote it
 * @param load imports from an address
 * @throws TrainyardError PART_UNREACHABLE, PAGE_OUTDATED; or what the part itself threw
 */
export function loadPart<T>(address: string, load: (address: string) => Promise<T>): Promise<T> {
  const known = loads.get(address);
  // The map holds what this very call site put there: the type goes with the address.
  if (known) return known as Promise<T>;
  const loading = tryRepeatedly(address, load);
  loads.set(address, loading);
  loading.catch(() => loads.delete(address));
  return loading;
}

async function tryRepeatedly<T>(address: string, load: (address: string) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const earlier = imports.get(address) ?? 0;
    imports.set(address, earlier + 1);
    try {
      return await load(earlier === 0 ? address : `${address}?again=${earlier}`);
    } catch (error) {
      if (!isFetchFailure(error)) throw error;
      if (await checkOutdated()) throw fault('PAGE_OUTDATED', {}, { cause: error });
      if (tries >= triesPerLoad || earlier + 1 >= triesPerTab)
        throw fault('PART_UNREACHABLE', {}, { cause: error });
      await pause(Math.min(4000, 100 * 2 ** tries), waiting.signal);
    }
  }
}
