import type { QueryClient } from '@tanstack/react-query';
import type { ConnectionState } from '../rpc/connection.ts';
import { keepImages, refetchBrokenImages } from './images.ts';
import { refetchFailedParts } from './late-parts.ts';
import { checkOutdated } from './outdated.ts';
import { PartLoader } from './part-loader.ts';

interface Reconnecting {
  readonly state: ConnectionState;
  subscribe(listener: () => void): () => void;
}

/**
 * Calls back each time the engine is reached after it was not. Also where it never was yet: between the page and its first connection the
 * engine may have been updated.
 */
function onReconnect(connection: Reconnecting, action: () => void): void {
  let lost = false;
  connection.subscribe(() => {
    const { phase } = connection.state;
    if (phase === 'waiting' || phase === 'unauthorized') lost = true;
    if (phase !== 'open' || !lost) return;
    lost = false;
    action();
  });
}

/**
 * Makes the page bear a network that breaks requests off, as browsers do whenever a network appears on the machine: parts and images are
 * fetched again, and whatever failed all the same is asked for once the engine is reached again.
 */
export function recoverByItself(connection: Reconnecting, queryClient: QueryClient): void {
  const sleepers = new Set<() => void>();
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        sleepers.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      sleepers.add(end);
    });
  const loader = new PartLoader({ sleep, isOutdated: checkOutdated });
  window.trainyardPart = (address, load) => loader.load(address, load);
  keepImages(document);
  onReconnect(connection, () => {
    for (const end of [...sleepers]) end();
    void checkOutdated();
    refetchFailedParts();
    refetchBrokenImages(document);
    void queryClient.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  });
}
