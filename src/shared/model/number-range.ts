import { z } from 'zod';
import { trainingOverridesSchema } from './training-config.ts';

/** Which numbers a field takes; a bound that is null is not there. */
export interface NumberRange {
  readonly whole: boolean;
  readonly min: number | null;
  /** Whether `min` itself is out of the range. */
  readonly aboveMin: boolean;
  readonly max: number | null;
  readonly belowMax: boolean;
}

const jsonSchema = z.object({
  type: z.string().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  get properties() {
    return z.record(z.string(), jsonSchema).optional();
  },
  get anyOf() {
    return z.array(jsonSchema).optional();
  },
});
type JsonSchema = z.infer<typeof jsonSchema>;

/** JSON Schema names the largest whole number that is exact as a bound of its own. */
const bound = (value: number | undefined) =>
  value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? null : value;

function find(schema: JsonSchema, parts: readonly string[]): JsonSchema | null {
  const [part, ...rest] = parts;
  const inner = part === undefined ? null : schema.properties?.[part];
  if (part === undefined) {
    const all = [schema, ...(schema.anyOf ?? []).flatMap((one) => [one, ...(one.anyOf ?? [])])];
    return all.find(({ type }) => type === 'integer' || type === 'number') ?? null;
  }
  return inner ? find(inner, rest) : null;
}

let overridesDocument: JsonSchema | null = null;

/** The range of a hyperparameter by its dotted path in the overrides, as the contract has it; null for what is no number. */
export function rangeOf(path: string): NumberRange | null {
  overridesDocument ??= jsonSchema.parse(z.toJSONSchema(trainingOverridesSchema));
  const found = find(overridesDocument, path.split('.'));
  if (!found) return null;
  return {
    whole: found.type === 'integer',
    min: bound(found.exclusiveMinimum ?? found.minimum),
    aboveMin: found.exclusiveMinimum !== undefined,
    max: bound(found.exclusiveMaximum ?? found.maximum),
    belowMax: found.exclusiveMaximum !== undefined,
  };
}

/** Whether a number is in a range. */
export function isInRange(value: number, { whole, min, aboveMin, max, belowMax }: NumberRange): boolean {
  if (whole && !Number.isSafeInteger(value)) return false;
  if (min !== null && (aboveMin ? value <= min : value < min)) return false;
  return max === null || (belowMax ? value < max : value <= max);
}
