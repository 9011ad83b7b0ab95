import { connection, queryClient } from '../rpc/client.ts';
import { checkOutdated } from './outdated.ts';
import { endPauses, loadPart } from './part-loader.ts';

const mostTries = 4;

const isBroken = (image: HTMLImageElement) =>
  image.complete && image.naturalWidth === 0 && image.getAttribute('src') !== null;

/** Assigning an address again, also the same one, asks for it again: a failure is not kept. */
function ask(image: HTMLImageElement): void {
  image.setAttribute('src', image.getAttribute('src') ?? '');
}

/** Asks again for images that failed, a few times; an element has no other memory of it. */
function keepImages(page: Document): void {
  const failures = new WeakMap<HTMLImageElement, { source: string; count: number }>();
  page.addEventListener(
    'error',
    ({ target: image }) => {
      if (!(image instanceof HTMLImageElement)) return;
      const before = failures.get(image);
      const count = before?.source === image.src ? before.count + 1 : 1;
      failures.set(image, { source: image.src, count });
      if (count > mostTries) return;
      const source = image.src;
      setTimeout(
        () => {
          if (image.isConnected && image.src === source && isBroken(image)) ask(image);
        },
        200 * 2 ** count,
      );
    },
    // An element's error does not bubble.
    true,
  );
}

/** Asks again for every image that is broken now. */
function refetchBrokenImages(page: Document): void {
  for (const image of page.images) if (isBroken(image)) ask(image);
}

/**
 * Calls back each time the engine is reached after it was not. Also where it never was yet: between the page and its first connection the
 * engine may have been updated.
 */
function onReconnect(action: () => void): void {
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
export function recoverByItself(): void {
  window.trainyardPart = loadPart;
  keepImages(document);
  onReconnect(() => {
    endPauses();
    void checkOutdated();
    refetchBrokenImages(document);
    void queryClient.refetchQueries({ predicate: (query) => query.state.status === 'error' });
  });
}
