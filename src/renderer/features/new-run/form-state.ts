import { isInRange, rangeOf } from '../../../shared/model/number-range.ts';
import { readNumber } from '../../../shared/model/number-text.ts';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import type { FieldValue } from '../../components/documents.ts';
import { unflatten } from '../../components/documents.ts';
import { allFields, type Field } from './fields.ts';

/** What a person entered, by the field's dotted path: numbers as they were written. Fields left alone are not in it. */
export type Edits = Readonly<Record<string, FieldValue>>;

export interface Change {
  readonly field: Field;
  readonly value: FieldValue;
  /** Null where the model names none. */
  readonly before: FieldValue;
}

export interface ReadForm {
  /** What to send: only what differs from the model's defaults. Null where a field is wrong. */
  readonly overrides: TrainingOverrides | null;
  readonly changes: readonly Change[];
  /** The fields that are wrong. */
  readonly wrong: readonly Field[];
}

/** A field's value; undefined where what was written is none. */
function readValue(field: Field, entered: FieldValue): FieldValue | undefined {
  if (field.kind !== 'number' || typeof entered === 'number' || entered === null) return entered;
  const text = String(entered);
  if (text.trim() === '' && field.fallback === null) return null;
  const value = readNumber(text);
  const range = rangeOf(field.path);
  return value !== null && range !== null && isInRange(value, range) ? value : undefined;
}

/** Checks a form against the contract and keeps only what differs from the model's defaults. */
export function readForm(edits: Edits, defaults: Edits): ReadForm {
  const wrong: Field[] = [];
  const changes: Change[] = [];
  for (const field of allFields) {
    const entered = edits[field.path];
    if (entered === undefined) continue;
    const value = readValue(field, entered);
    const before = defaults[field.path] ?? null;
    if (value === undefined) wrong.push(field);
    else if (value !== (before ?? field.fallback))
      changes.push({ field, value, before: before ?? field.fallback });
  }
  const parsed = trainingOverridesSchema.safeParse(
    unflatten(Object.fromEntries(changes.map(({ field, value }) => [field.path, value]))),
  );
  for (const issue of parsed.error?.issues ?? []) {
    const field = allFields.find(({ path }) => path === issue.path.join('.'));
    if (field && !wrong.includes(field)) wrong.push(field);
  }
  return { overrides: wrong.length === 0 ? (parsed.data ?? null) : null, changes, wrong };
}
