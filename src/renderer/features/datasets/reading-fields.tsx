import { Select, type SelectProps, SimpleGrid, Text } from '@mantine/core';
import { deepestClasses, namesEncodings, type Reading } from '../../../shared/contract/dataset-reading.ts';
import { datasetFormats, type FormatChoice } from '../../../shared/contract/datasets.ts';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { hasClassFolders } from './use-import.ts';

const automatic = 'auto';
const formats = [automatic, ...datasetFormats] as const;

interface ReadingFieldsProps {
  /** The field of the form. */
  readonly format: SelectProps & { readonly value?: FormatChoice };
  readonly reading: Reading;
  readonly onChange: (reading: Reading) => void;
}

/** How a folder or archive is read if that cannot be seen from the source itself. */
export function ReadingFields({ format, reading, onChange }: ReadingFieldsProps) {
  const { t } = useText();
  const levels = Array.from({ length: deepestClasses }, (_, index) => index + 1);
  const withFolders = hasClassFolders(format.value ?? automatic);
  return (
    <SimpleGrid cols={{ base: 1, sm: withFolders ? 3 : 2 }} spacing="md">
      <Select
        label={t('datasets.format')}
        allowDeselect={false}
        {...format}
        data={formats.map((one) => ({ value: one, label: t(`formats.${one}`) }))}
        renderOption={({ option }) => <FormatOption name={option.label} value={option.value} />}
        comboboxProps={{ width: 300, position: 'bottom-start' }}
      />
      {withFolders && (
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
      )}
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
    </SimpleGrid>
  );
}

/** A format with what one knows it by. */
function FormatOption({ name, value }: { readonly name: string; readonly value: string }) {
  const { t } = useText();
  const format = formats.find((one) => one === value);
  return (
    <div>
      <Text size="sm">{name}</Text>
      {format && <Note size="xs">{t(`formatHints.${format}`)}</Note>}
    </div>
  );
}
