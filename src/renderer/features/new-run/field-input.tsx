import { NumberInput, Select, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { FieldValue } from '../../components/documents.ts';
import { useFormat } from '../../format/use-format.ts';
import classes from './field-input.module.css';
import type { Field } from './fields.ts';

interface FieldInputProps {
  readonly field: Field;
  readonly value: FieldValue;
  readonly issue: z.core.$ZodIssue | undefined;
  /** The engine's own word on this field. */
  readonly refusal: string | null;
  readonly onChange: (value: FieldValue) => void;
}

function useIssueText(): (issue: z.core.$ZodIssue) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return (issue) => {
    if (issue.code === 'too_small') {
      const limit = format.metric(Number(issue.minimum));
      return issue.inclusive ? t('issues.atLeast', { limit }) : t('issues.moreThan', { limit });
    }
    if (issue.code === 'too_big') return t('issues.atMost', { limit: format.metric(Number(issue.maximum)) });
    if (issue.code === 'invalid_type') {
      return issue.expected === 'int' ? t('issues.whole') : t('issues.number');
    }
    if (issue.code === 'invalid_union') return t('issues.whole');
    return issue.message;
  };
}

/** One hyperparameter, with what is wrong with it. */
export function FieldInput({ field, value, issue, refusal, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const issueText = useIssueText();
  const label = t(`fields.${field.label}`);
  const error = issue ? issueText(issue) : refusal;
  if (field.kind === 'switch') {
    return (
      <Switch
        className={classes.switch}
        label={label}
        checked={value === true}
        error={error}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (field.kind === 'choice') {
    return (
      <Select
        label={label}
        allowDeselect={false}
        data={[...field.options]}
        value={String(value)}
        error={error}
        onChange={(next) => next !== null && onChange(next)}
      />
    );
  }
  return (
    <NumberInput
      label={label}
      step={field.step}
      min={field.min}
      clampBehavior="none"
      decimalScale={12}
      placeholder={field.fallback === null ? t('fieldHints.automatic') : undefined}
      value={typeof value === 'number' || typeof value === 'string' ? value : ''}
      error={error}
      onChange={(next) => onChange(next === '' && field.fallback === null ? null : next)}
    />
  );
}
