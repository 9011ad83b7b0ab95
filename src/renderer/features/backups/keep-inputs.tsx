import { NumberInput, type NumberInputProps, SimpleGrid, Stack, Switch } from '@mantine/core';
import { useText } from '../../i18n/use-text.ts';

const spans = ['last', 'daily', 'weekly', 'monthly'] as const;
type Span = (typeof spans)[number];

/** How many snapshots stay. @param inputOf what the form says of each number */
export function KeepInputs({ inputOf }: { readonly inputOf: (span: Span) => NumberInputProps }) {
  const { t } = useText();
  return (
    <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm">
      {spans.map((span) => (
        <NumberInput
          key={span}
          label={t(`backupSchedule.spans.${span}`)}
          {...{ min: 0, max: 10_000, allowDecimal: false, allowNegative: false }}
          {...inputOf(span)}
        />
      ))}
    </SimpleGrid>
  );
}

interface RetentionFieldsProps {
  readonly removesOld: boolean;
  /** What the form says of the switch. */
  readonly input: object;
  readonly inputOf: (span: Span) => NumberInputProps;
}

/** Whether old copies are removed, and how many stay. */
export function RetentionFields({ removesOld, input, inputOf }: RetentionFieldsProps) {
  const { t } = useText();
  return (
    <Stack gap={8}>
      <Switch
        label={t('backupDestinations.removeOld')}
        description={t('backupDestinations.removeOldHint')}
        {...input}
      />
      {removesOld && <KeepInputs inputOf={inputOf} />}
    </Stack>
  );
}
