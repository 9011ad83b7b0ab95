import { Text } from '@mantine/core';
import type { FormErrors } from '@mantine/form';
import type { FieldValue } from '../../components/documents.ts';
import { Facts } from '../../components/facts.tsx';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { allFields } from './fields.ts';
import { type Change, formPath } from './run-values.ts';

interface ChangeListProps {
  readonly changes: readonly Change[];
  readonly errors: FormErrors;
}

/** What differs from the model's defaults, and what is wrong: in the words of the form. */
export function ChangeList({ changes, errors }: ChangeListProps) {
  const { t } = useText();
  const wrong = allFields.filter((field) => errors[formPath(field)]);
  const right = changes.filter(({ field }) => !wrong.includes(field));
  const show = (value: FieldValue) => {
    if (value === null) return t('fieldHints.automatic');
    return typeof value === 'boolean' ? t(value ? 'common.yes' : 'common.no') : String(value);
  };
  return (
    <>
      {wrong.length > 0 && (
        <div role="status">
          <Text size="sm" fw={550} c="red">
            {t('newRun.wrong')}
          </Text>
          {wrong.map((field) => (
            <Text key={field.path} size="sm">
              {t(`fields.${field.label}`)}: {errors[formPath(field)]}
            </Text>
          ))}
        </div>
      )}
      {right.length === 0 && wrong.length === 0 && <Note>{t('newRun.nothingChanged')}</Note>}
      {right.length > 0 && (
        <Facts
          facts={right.map(({ field, value, before }) => [
            t(`fields.${field.label}`),
            <span key={field.path} className="tabular">
              {show(value)}{' '}
              <span style={{ color: 'var(--muted)' }}>{t('newRun.before', { value: show(before) })}</span>
            </span>,
          ])}
        />
      )}
    </>
  );
}
