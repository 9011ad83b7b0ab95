import { type FormErrors, type UseFormReturnType, useForm } from '@mantine/form';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import { issueWords } from '../../shared/model/issue-words.ts';
import { limitsOf } from '../../shared/model/limits.ts';
import type { NumberRange } from '../../shared/model/number-range.ts';
import { useText } from '../i18n/use-text.ts';
import { toProblem } from '../rpc/problem.ts';
import { useKnownProblem } from './problem-alert.tsx';

export interface ContractFormOptions<Values, Schema extends z.ZodType> {
  /** The procedure's input, or the part of it that is entered. */
  readonly schema: Schema;
  readonly initialValues: Values;
  /** What these values send; they themselves where left out. */
  readonly toInput?: (values: Values) => unknown;
  /** When a field is checked. On leaving it: where all that is typed is wrong until its end. */
  readonly check?: 'change' | 'blur';
}

interface ContractForm<Values extends Record<string, unknown>, Input> {
  readonly form: UseFormReturnType<Values, Input>;
  /** What would be sent now; null if the contract refuses it. */
  readonly read: () => Input | null;
}

/** The field of an issue: an entry of a list has none of its own. */
function fieldOf(path: readonly PropertyKey[]): string {
  const entry = path.findIndex((part) => typeof part === 'number');
  return (entry === -1 ? path : path.slice(0, entry)).map(String).join('.');
}

/** A form that is checked against the contract's own schema; each invalid field says what it takes. */
export function useContractForm<Values extends Record<string, unknown>, Schema extends z.ZodType>({
  schema,
  initialValues,
  toInput = (values) => values,
  check = 'change',
}: ContractFormOptions<Values, Schema>): ContractForm<Values, z.output<Schema>> {
  const form = useForm<Values, z.output<Schema>>({
    initialValues,
    validateInputOnChange: check === 'change',
    validateInputOnBlur: check === 'blur',
    validate: (values): FormErrors => {
      const issues = schema.safeParse(toInput(values)).error?.issues ?? [];
      const said = issues.map((issue) => {
        const field = fieldOf(issue.path);
        return [field, <IssueText key={field} issue={issue} schema={schema} path={field} />] as const;
      });
      // Of several faults in one field the first is said.
      return Object.fromEntries(said.reverse());
    },
    transformValues: (values) => schema.parse(toInput(values)),
  });
  return { form, read: () => schema.safeParse(toInput(form.values)).data ?? null };
}

/** What was entered where a refusal points to; all of it where the form has no such field. */
function enteredAt(values: unknown, field: string | null): unknown {
  const inside = (value: unknown, part: string) =>
    typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  const found = field?.split('.').reduce(inside, values);
  return found === undefined ? values : found;
}

/**
 * Shows what the engine refused at the field that it names, until that is changed.
 * @returns the refusal as long as it is one of what is entered now; null if it is none
 */
export function useRefusal<Values>(
  form: { readonly values: Values; readonly setErrors: UseFormReturnType<unknown>['setErrors'] },
  error: unknown,
): unknown {
  const { setErrors, values } = form;
  const [refused, setRefused] = useState({ error, values });
  if (refused.error !== error) setRefused({ error, values });
  useEffect(() => {
    const field = error ? toProblem(error).field : null;
    if (field === null) return;
    const text = <RefusalText error={error} />;
    setErrors((errors) => ({ ...errors, [field]: text }));
    return () => setErrors((errors) => (errors[field] === text ? { ...errors, [field]: null } : errors));
  }, [error, setErrors]);
  if (!error) return null;
  const { field } = toProblem(error);
  return refused.error === error && enteredAt(refused.values, field) !== enteredAt(values, field)
    ? null
    : error;
}

function RangeText({ range }: { readonly range: NumberRange }) {
  const { t, format } = useText();
  const kind = t(range.whole ? 'ranges.whole' : 'ranges.number');
  const [min, max] = [format.number(range.min ?? 0), format.number(range.max ?? 0)];
  if (range.min === null) return t('ranges.any', { kind });
  if (range.max === null) return t(range.aboveMin ? 'ranges.above' : 'ranges.from', { kind, min });
  if (range.aboveMin) return t('ranges.aboveTo', { kind, min, max });
  return t(range.belowMax ? 'ranges.fromBelow' : 'ranges.fromTo', { kind, min, max });
}

interface LimitProps {
  readonly schema: z.ZodType;
  readonly path: string;
}

/** What is wrong in a field: in the words of the check that failed, or else by what the field takes. */
function IssueText({ issue, ...limits }: LimitProps & { readonly issue: z.core.$ZodIssue }) {
  const { t, language } = useText();
  const words = issueWords(issue)?.[language];
  if (words !== undefined) return words.charAt(0).toUpperCase() + words.slice(1);
  // Its length is not what is wrong with it.
  return issue.code === 'invalid_format' ? t('ranges.other') : <LimitText {...limits} />;
}

/** What a field takes, in words: "A whole number from 1 to 100,000". */
function LimitText({ schema, path }: LimitProps) {
  const { t, format } = useText();
  const limits = limitsOf(schema, path);
  if (limits?.kind === 'number') return <RangeText range={limits.range} />;
  if (limits?.kind === 'exact') return t('ranges.exact', { text: limits.text });
  if (limits?.kind === 'list')
    return t('ranges.list', { max: format.number(limits.max), each: format.number(limits.each) });
  if (limits?.kind !== 'text') return t('ranges.other');
  const [min, max] = [format.number(limits.min), format.number(limits.max ?? 0)];
  if (limits.max === null) return t('ranges.filled');
  return limits.min === 0 ? t('ranges.textTo', { max }) : t('ranges.text', { min, max });
}

/** What the engine said of a field. */
function RefusalText({ error }: { readonly error: unknown }) {
  return useKnownProblem(toProblem(error)).message;
}
