import { z } from 'zod';
import type { NumberRange } from './number-range.ts';
import { trainingOverridesSchema } from './training-config.ts';

/** What a field of an input takes; a bound that is null is not there. */
export type Limits =
  | { readonly kind: 'number'; readonly range: NumberRange }
  /** In characters. */
  | { readonly kind: 'text'; readonly min: number; readonly max: number | null }
  /** Texts: how many, and how many characters each. */
  | { readonly kind: 'list'; readonly max: number; readonly each: number }
  /** This text alone. */
  | { readonly kind: 'exact'; readonly text: string };

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** JSON Schema names the largest whole number that is exact as a bound of its own. */
const bound = (value: number | boolean | undefined) =>
  typeof value !== 'number' || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;

function limitsIn(found: JsonSchema): Limits | null {
  if (typeof found.const === 'string') return { kind: 'exact', text: found.const };
  if (found.enum !== undefined) return null;
  if (found.type === 'string')
    return { kind: 'text', min: found.minLength ?? 0, max: found.maxLength ?? null };
  if (found.type === 'array') {
    const { maxItems, items } = found;
    const each = typeof items === 'object' && 'maxLength' in items ? items.maxLength : undefined;
    return maxItems === undefined || each === undefined ? null : { kind: 'list', max: maxItems, each };
  }
  if (found.type !== 'integer' && found.type !== 'number') return null;
  const range = {
    whole: found.type === 'integer',
    min: bound(found.exclusiveMinimum ?? found.minimum),
    aboveMin: found.exclusiveMinimum !== undefined,
    max: bound(found.exclusiveMaximum ?? found.maximum),
    belowMax: found.exclusiveMaximum !== undefined,
  };
  return { kind: 'number', range };
}

function find(schema: JsonSchema, parts: readonly string[]): Limits | null {
  const [part, ...rest] = parts;
  if (part !== undefined) {
    const inner = schema.properties?.[part];
    return typeof inner === 'object' ? find(inner, rest) : null;
  }
  const all = [schema, ...(schema.anyOf ?? []).flatMap((one) => [one, ...(one.anyOf ?? [])])];
  return all.map(limitsIn).find((limits) => limits !== null) ?? null;
}

const documents = new WeakMap<z.ZodType, JsonSchema>();

/** What the field at a dotted path takes, as its schema has it; null for choices and what is not there. */
export function limitsOf(schema: z.ZodType, path: string): Limits | null {
  const document = documents.get(schema) ?? z.toJSONSchema(schema, { io: 'input' });
  documents.set(schema, document);
  return find(document, path.split('.'));
}

/** The range of a hyperparameter by its dotted path in the overrides; null for what is no number. */
export function rangeOf(path: string): NumberRange | null {
  const limits = limitsOf(trainingOverridesSchema, path);
  return limits?.kind === 'number' ? limits.range : null;
}
