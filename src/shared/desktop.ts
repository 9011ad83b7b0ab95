const pathKinds = ['folder', 'archive', 'program'] as const;
/** What a path leads to; an archive is a zip or tar. */
export type PathKind = (typeof pathKinds)[number];

/**
 * What the window offers a page beyond a browser, and nothing more. The page finds it at `window.trainyardDesktop`;
 * in a browser that is undefined.
 */
export interface DesktopApi {
  /** The system's dialog; the absolute path, or null if it was closed. */
  choosePath(kind: PathKind): Promise<string | null>;
  /** A message of the operating system; clicking it brings the window to the front. */
  notify(message: { title: string; body: string }): Promise<void>;
}

/** The one channel between page and shell; every message is `{verb, argument}`. */
export const desktopChannel = 'trainyard:desktop';

export type DesktopRequest =
  | { readonly verb: 'choosePath'; readonly argument: PathKind }
  | { readonly verb: 'notify'; readonly argument: { readonly title: string; readonly body: string } };

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most;
}

/** The request in a message from a page, or null if it is anything else. Written by hand: the shell starts without a schema library. */
export function parseDesktopRequest(message: unknown): DesktopRequest | null {
  if (typeof message !== 'object' || message === null || !('verb' in message) || !('argument' in message))
    return null;
  const { verb, argument } = message;
  const kind = pathKinds.find((one) => one === argument);
  if (verb === 'choosePath' && kind) return { verb, argument: kind };
  if (
    verb === 'notify' &&
    typeof argument === 'object' &&
    argument !== null &&
    'title' in argument &&
    'body' in argument
  ) {
    const { title, body } = argument;
    if (isText(title, 200) && isText(body, 1000)) return { verb, argument: { title, body } };
  }
  return null;
}
