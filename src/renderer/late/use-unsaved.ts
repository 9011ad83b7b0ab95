import { useEffect } from 'react';
import { holdUnsaved } from './outdated.ts';

/** Keeps the page from loading anew by itself while a form holds what was typed. */
export function useUnsaved(typed: boolean): void {
  useEffect(() => (typed ? holdUnsaved() : undefined), [typed]);
}
