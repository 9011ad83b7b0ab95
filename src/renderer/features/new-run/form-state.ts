import type { z } from 'zod';
import { type TrainingOverrides, trainingOverridesSchema } from '../../../shared/model/training-config.ts';
import type { FieldValue } from '../../components/documents.ts';
import { unflatten } from '../../components/documents.ts';

/** What a person entered, by the field's dotted path; fields left alone are not in it. */
export type Edits = Readonly<Record<string, FieldValue>>;

export interface ReadForm {
  /** What to send: only what differs from the model's defaults. Null where a field is wrong. */
  readonly overrides: TrainingOverrides | null;
  /** What is wrong, by field. */
  readonly issues: Readonly<Record<string, z.core.$ZodIssue>>;
}

/** Checks a form against the contract and keeps only what differs from the model's defaults. */
export function readForm(edits: Edits, defaults: Edits): ReadForm {
  const changed = Object.fromEntries(
    Object.entries(edits).filter(([path, value]) => value !== defaults[path]),
  );
  const result = trainingOverridesSchema.safeParse(unflatten(changed));
  if (result.success) return { overrides: result.data, issues: {} };
  const issues: Record<string, z.core.$ZodIssue> = {};
  for (const issue of result.error.issues) issues[issue.path.join('.')] ??= issue;
  return { overrides: null, issues };
}
