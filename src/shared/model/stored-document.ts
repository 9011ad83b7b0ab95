import type { z } from 'zod';

/** What a schema knows of a document that another release stored. */
export interface KnownPart<T> {
  /** Null where what is missing can't be left out. */
  readonly known: T | null;
  /** Dotted names of the fields that are left out: they are not there any more, or were of another kind. */
  readonly leftOut: readonly string[];
}

type Path = readonly PropertyKey[];

/** Reads a stored document, and leaves out the fields that a schema does not take: one that is kept for years outlives its release. */
export function knownPart<T>(schema: z.ZodType<T>, stored: unknown): KnownPart<T> {
  const document: unknown = structuredClone(stored);
  const leftOut = new Set<string>();
  for (;;) {
    const result = schema.safeParse(document);
    if (result.success) return { known: result.data, leftOut: [...leftOut] };
    const paths = result.error.issues.flatMap(wrongFields);
    const removed = paths.filter((path) => removeField(document, path));
    for (const path of paths) leftOut.add(path.join('.'));
    if (removed.length === 0) return { known: null, leftOut: [...leftOut] };
  }
}

function wrongFields(issue: z.core.$ZodIssue): Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  // A list is one value.
  const index = issue.path.findIndex((part) => typeof part === 'number');
  return [index < 0 ? issue.path : issue.path.slice(0, index)];
}

/** Whether it was there. */
function removeField(document: unknown, path: Path): boolean {
  const name = path.at(-1);
  let parent = document;
  for (const part of path.slice(0, -1)) parent = (parent as Record<PropertyKey, unknown>)?.[part];
  if (name === undefined || typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, name))
    return false;
  return Reflect.deleteProperty(parent, name);
}
