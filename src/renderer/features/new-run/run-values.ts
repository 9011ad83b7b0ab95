import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { readNumber } from '../../../shared/model/number-text.ts';
import type { TaskType } from '../../../shared/model/training-config.ts';
import { type FieldValue, unflatten } from '../../components/documents.ts';
import { allFields, type Field } from './fields.ts';

/** What a run is made of: a model that learns a dataset, or a script of somebody's own. */
export const runKinds = ['model', 'script'] as const;
export type RunKind = (typeof runKinds)[number];

/** What a person entered. */
export type RunValues = {
  readonly kind: RunKind;
  readonly project: string | null;
  readonly dataset: string | null;
  readonly model: string | null;
  readonly task: TaskType | null;
  readonly executor: CreateRunInput['executor'];
  readonly name: string;
  /** Hyperparameters as the contract nests them: numbers as they were written, null if left alone. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly script: ScriptValues;
};

/** A script as it is entered: the environment is a line for each variable, the image empty where there is none. */
export type ScriptValues = {
  readonly command: string;
  readonly folder: string;
  readonly image: string;
  readonly environment: string;
};

/** No script entered. */
export const noScript: ScriptValues = { command: '', folder: '', image: '', environment: '' };

/** No hyperparameter touched. */
export const untouched = unflatten(Object.fromEntries(allFields.map(({ path }) => [path, null])));

export interface Change {
  readonly field: Field;
  /** What the contract is to take; a text where a number was to be, and is none. */
  readonly value: FieldValue;
  /** Null if the model names none. */
  readonly before: FieldValue;
}

/** Where a hyperparameter is in the form, and in what is sent. */
export const formPath = (field: Field) => `overrides.${field.path}`;

function meantBy(field: Field, entered: FieldValue): FieldValue {
  if (field.kind === 'text') return String(entered ?? '').trim() || null;
  if (field.kind !== 'number' || typeof entered !== 'string') return entered;
  if (entered.trim() === '' && field.fallback === null) return null;
  return readNumber(entered) ?? entered;
}

/** What differs from the model's defaults in these fields. Both by the field's dotted path. */
export function changesOf(
  fields: readonly Field[],
  entered: Readonly<Record<string, FieldValue>>,
  defaults: Readonly<Record<string, FieldValue>>,
): readonly Change[] {
  return fields.flatMap((field) => {
    const text = entered[field.path] ?? null;
    const value = meantBy(field, text);
    const before = defaults[field.path] ?? field.fallback;
    return text === null || value === before ? [] : [{ field, value, before }];
  });
}

/** The overrides that changes make. */
export function overridesOf(changes: readonly Change[]): Record<string, unknown> {
  return unflatten(Object.fromEntries(changes.map(({ field, value }) => [field.path, value])));
}
