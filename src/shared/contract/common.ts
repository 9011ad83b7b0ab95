import { oc } from '@orpc/contract';
import { z } from 'zod';
import { engineErrors } from '../errors/engine.ts';
import type { Entry } from '../errors/entry.ts';
import { machineErrors } from '../errors/machine.ts';
import { serverErrors } from '../errors/server.ts';

/** UTC, ISO 8601. */
export const time = z.iso.datetime();
/** A cursor into a run's journal: its numbers are 1, 2, 3, … without a gap; 0 is before the first. */
export const journalCursor = z.int().min(0);
/** How long a reader is willing to wait for changes, in milliseconds; 0: answer at once. */
export const waitMs = z.coerce.number().pipe(z.int().min(0).max(30_000)).default(0);
/** An id (UUID), or a name where names are unique. */
export const reference = z.string().min(1).max(255);

/** Asks for a page of a list, beside what filters it. Spread into the input of the list, which is strict: an old `offset` is an error, not the first page again. */
export const pageInput = {
  after: z
    .string()
    .min(1)
    .max(4000)
    .optional()
    .describe('`next` of the page before; the first page where left out'),
  skip: z.coerce
    .number()
    .pipe(z.int().min(0))
    .optional()
    .describe(
      'leaves out so many first, to jump far down: the page holds what stands there when it is asked',
    ),
  limit: z.coerce.number().pipe(z.int().min(1).max(500)).default(100).describe('at most so many'),
};
/** What is asked of a list: so many after a place, which is `next` of the page before, and after `skip` more; without a place from the start. */
export type PageQuery = Readonly<z.infer<z.ZodObject<typeof pageInput>>>;
/** What a page of a list says of the list. */
export const pageOutput = {
  next: z.string().nullable().describe('where the next page begins: its `after`; null on the last page'),
  total: z.int().nullable().describe('how many there are on all pages; null on those after the first'),
};

/** Where in what was asked for the fault is. */
const errorPlace = z.object({
  file: z.string().exactOptional(),
  line: z.number().exactOptional(),
  field: z.string().exactOptional(),
});

/** Ends a line, cannot be seen, or turns the direction of what follows: a name with one looks like another, or breaks a table. */
const unfitForNames = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** A name that a person gives: one line of text. */
export const nameOf = (longest: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(longest)
    .refine((text) => !unfitForNames.test(text), {
      error: 'a name has no line breaks, control characters or marks of writing direction',
      // Zod has Korean words for its own checks only.
      params: { ko: '이름에는 줄바꿈, 제어 문자, 글 방향 표시를 쓸 수 없습니다' },
    });

/** What stands for the names in an error's sentences, from which each language's are made (shared/errors); empty in those kept before there were any. */
export const errorParameters = z
  .record(z.string(), z.union([z.string(), z.number(), z.object({ en: z.string(), ko: z.string() })]))
  .default({});

/** What every error carries beside its code and message. */
export const errorData = z.object({ hint: z.string(), place: errorPlace, parameters: errorParameters });

/** The errors of a part of the catalogue, as procedures declare them. */
function declared<Code extends string>(
  errors: Readonly<Record<Code, Entry>>,
): Record<Code, { status: number; data: typeof errorData }> {
  const entries = Object.entries<Entry>(errors).map(([code, { status }]) => [
    code,
    { status, data: errorData },
  ]);
  return Object.fromEntries(entries);
}

/** An error of the catalogue by its sentences, and what the other language's are made from. */
export const sentences = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string(),
  parameters: errorParameters,
});

/** The error that work in the background ended with. The place is empty in those of work before places were kept. */
export const workError = sentences.extend({ place: errorPlace.default({}) });

export const problem = sentences.extend({
  path: z.string(),
  /** Of a text file, 1-based. */
  line: z.int().optional(),
  /** The image that it is about, where the path is that of a file about many. */
  image: z.string().optional(),
});

/**
 * What a procedure does that is no GET, where it is not a write as others are. `harmless`: it may be asked twice, and on a full disk.
 * `needsNoRoom`: it must not be asked twice, and may be asked on a full disk, as it needs no room or gives some back.
 */
export interface ProcedureMeta {
  readonly effect?: 'harmless' | 'needsNoRoom';
}

/** The start of every procedure: the errors that any of them may answer with. */
const base = oc
  .$meta<ProcedureMeta>({})
  .errors(declared({ ...engineErrors, ...machineErrors, ...serverErrors }));

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/**
 * Begins the procedures of a noun, by their HTTP method: `get('/projects/{project}', 'One project').input(…).output(…)`.
 * @param errors what they may answer with beside what any may
 */
export function proceduresOf<Code extends string>(noun: string, errors: Readonly<Record<Code, Entry>>) {
  const procedure = base.errors(declared(errors));
  const by =
    (method: Method) =>
    (path: `/${string}`, summary: string, more: { description?: string; successStatus?: number } = {}) =>
      procedure.route({ method, path, tags: [noun], summary, ...more });
  return { get: by('GET'), post: by('POST'), patch: by('PATCH'), remove: by('DELETE') };
}
