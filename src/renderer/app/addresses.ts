import { z } from 'zod';
import { reference } from '../../shared/contract/common.ts';
import { mostCompared, runSorts, runStatuses } from '../../shared/model/run.ts';
import { serviceNames } from '../../shared/model/stack.ts';

/** A number of an address: written in digits, or given by the page itself. */
const version = z.union([
  z.int().min(1),
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/)
    .transform(Number),
]);

const flag = z.union([z.literal(true), z.literal('true').transform(() => true as const)]);

/** Comma-separated run ids; each once. */
const comparedRuns = z
  .string()
  .transform((list) => [...new Set(list.split(',').map((id) => id.trim().toLowerCase()))])
  .pipe(z.array(z.uuid()).max(mostCompared))
  .transform((ids) => ids.join(','));

/** What was typed to find some of a list. */
const searched = z.string().max(255).optional();

/**
 * What may stand after "?" in the address of each page. Whatever does not fit is refused and named, never left out: a page that quietly
 * shows something else than its address says is worse than none.
 */
export const searches = {
  none: z.strictObject({}),
  projects: z.strictObject({ search: searched }),
  weights: z.strictObject({ search: searched }),
  datasets: z.strictObject({
    import: flag.optional(),
    project: reference.optional(),
    /** What the import form begins with. */
    source: z.string().max(4000).optional(),
    search: searched,
  }),
  dataset: z.strictObject({ version: version.optional() }),
  runs: z.strictObject({
    status: z.enum(runStatuses).optional(),
    project: reference.optional(),
    search: searched,
    sort: z.enum(runSorts).optional(),
    order: z.enum(['asc', 'desc']).optional(),
  }),
  newRun: z
    .strictObject({
      project: reference.optional(),
      dataset: reference.optional(),
      version: version.optional(),
      /** A run whose settings the form begins with. */
      from: z.uuid().optional(),
    })
    .refine((search) => search.version === undefined || search.dataset !== undefined, { path: ['version'] }),
  run: z.strictObject({
    tab: z.enum(['charts', 'log', 'config', 'artifacts', 'predict', 'history']).optional(),
  }),
  compare: z.strictObject({ runs: comparedRuns.optional() }),
  stack: z.strictObject({
    tab: z.enum(['services', 'logs']).optional(),
    services: z
      .string()
      .refine((list) => z.array(z.enum(serviceNames)).safeParse(list.split(',')).success)
      .optional(),
  }),
  doctor: z.strictObject({ code: z.string().min(1).max(100).optional() }),
};

/** A part of an address that a page cannot follow, as it stands there. */
export interface RefusedPart {
  readonly name: string;
  readonly value: string;
}

/** The parts that a schema refused. */
export function refusedParts(search: Readonly<Record<string, unknown>>, cause: unknown): RefusedPart[] {
  const issues = z
    .object({
      issues: z.array(z.object({ path: z.array(z.unknown()), keys: z.array(z.string()).optional() })),
    })
    .safeParse(cause);
  const names = issues.success
    ? issues.data.issues.flatMap(({ path, keys }) => keys ?? [String(path[0] ?? '')])
    : Object.keys(search);
  return [...new Set(names)].map((name) => ({ name, value: String(search[name] ?? '') }));
}
