const mostTries = 4;

const isBroken = (image: HTMLImageElement) =>
  image.complete && image.naturalWidth === 0 && image.getAttribute('src') !== null;

/** Assigning an address again, also the same one, asks for it again: a failure is not kept. */
function ask(image: HTMLImageElement): void {
  image.setAttribute('src', image.getAttribute('src') ?? '');
}

/** Asks again for images that failed, a few times; an element has no other memory of it. */
export function keepImages(page: Document): void {
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
export function refetchBrokenImages(page: Document): void {
  for (const image of page.images) if (isBroken(image)) ask(image);
}
