import { Select, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { rangeOf } from '../../../shared/model/limits.ts';
import { readNumber } from '../../../shared/model/number-text.ts';
import type { FieldValue } from '../../components/documents.ts';
import classes from './field-input.module.css';
import type { Field } from './fields.ts';
import { NumberField } from './number-field.tsx';
import { stepped } from './steps.ts';

interface FieldInputProps {
  readonly field: Field;
  readonly value: FieldValue;
  /** What is wrong with it. */
  readonly error: ReactNode;
  readonly onChange: (value: FieldValue) => void;
}

/** One hyperparameter, with what is wrong with it. */
export function FieldInput({ field, value, error, onChange }: FieldInputProps) {
  const { t } = useTranslation();
  const label = t(`fields.${field.label}`);
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
  const text = value === null ? '' : String(value);
  const step = (up: boolean) => {
    const range = rangeOf(field.path);
    const from = text === '' ? (range?.min ?? 0) : readNumber(text);
    if (from === null || !range) return;
    const next = stepped(from, up, field.step, range);
    if (next !== from || text === '') onChange(String(next));
  };
  return (
    <NumberField
      label={label}
      text={text}
      placeholder={field.fallback === null ? t('fieldHints.automatic') : undefined}
      error={error}
      onText={onChange}
      onStep={step}
    />
  );
}
