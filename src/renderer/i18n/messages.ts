import type { en } from './en/all.ts';

/** Every text by key. Both languages have this type: a key that one lacks does not compile. */
export type Messages = typeof en;
