import { Group, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { deepestClasses, namesEncodings, type Reading } from '../../../shared/contract/datasets.ts';

interface ReadingFieldsProps {
  readonly reading: Reading;
  readonly onChange: (reading: Reading) => void;
}

const automatic = 'auto';

/** How a folder or archive is read where it does not tell by itself. */
export function ReadingFields({ reading, onChange }: ReadingFieldsProps) {
  const { t } = useTranslation();
  const levels = Array.from({ length: deepestClasses }, (_, index) => index + 1);
  return (
    <Group grow align="flex-start">
      <Select
        label={t('datasets.classesAt')}
        allowDeselect={false}
        value={reading.classesAt === null ? automatic : String(reading.classesAt)}
        data={[
          { value: automatic, label: t('datasets.automatic') },
          ...levels.map((level) => ({ value: String(level), label: t('datasets.level', { level }) })),
        ]}
        onChange={(value) =>
          onChange({ ...reading, classesAt: value === null || value === automatic ? null : Number(value) })
        }
      />
      <Select
        label={t('datasets.namesEncoding')}
        allowDeselect={false}
        value={reading.namesEncoding}
        data={namesEncodings.map((one) => ({
          value: one,
          label: one === automatic ? t('datasets.automatic') : one,
        }))}
        onChange={(value) =>
          onChange({
            ...reading,
            namesEncoding: namesEncodings.find((one) => one === value) ?? automatic,
          })
        }
      />
    </Group>
  );
}
