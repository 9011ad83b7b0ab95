import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { FieldValue } from '../../components/documents.ts';
import { Facts } from '../../components/facts.tsx';
import type { ReadForm } from './form-state.ts';
import { useRangeText } from './use-range-text.ts';

/** What differs from the model's defaults, and what is wrong: in the words of the form. */
export function ChangeList({ changes, wrong }: Pick<ReadForm, 'changes' | 'wrong'>) {
  const { t } = useTranslation();
  const rangeText = useRangeText();
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
          {wrong.map(({ path, label }) => (
            <Text key={path} size="sm">
              {t(`fields.${label}`)}: {rangeText(path)}
            </Text>
          ))}
        </div>
      )}
      {changes.length === 0 && wrong.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('newRun.nothingChanged')}
        </Text>
      )}
      {changes.length > 0 && (
        <Facts
          facts={changes.map(({ field, value, before }) => [
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
