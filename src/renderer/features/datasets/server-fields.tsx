import { Group, TextInput } from '@mantine/core';
import type { Reading } from '../../../shared/contract/dataset-reading.ts';
import { useText } from '../../i18n/use-text.ts';

interface ServerFieldsProps {
  readonly reading: Reading;
  readonly onChange: (reading: Reading) => void;
}

/** Which server a bucket is on, where that is not the one that the engine would ask by itself. */
export function ServerFields({ reading, onChange }: ServerFieldsProps) {
  const { t } = useText();
  const { endpoint, profile } = reading.s3 ?? { endpoint: null, profile: null };
  const set = (s3: Partial<NonNullable<Reading['s3']>>) =>
    onChange({ ...reading, s3: { endpoint, profile, ...s3 } });
  return (
    <Group grow align="flex-start">
      <TextInput
        label={t('datasets.s3Endpoint')}
        description={t('datasets.s3EndpointHint')}
        placeholder="https://s3.example.com"
        spellCheck={false}
        value={endpoint ?? ''}
        onChange={(event) => set({ endpoint: event.currentTarget.value.trim() || null })}
      />
      <TextInput
        label={t('datasets.s3Profile')}
        description={t('datasets.s3ProfileHint')}
        placeholder="default"
        spellCheck={false}
        value={profile ?? ''}
        onChange={(event) => set({ profile: event.currentTarget.value.trim() || null })}
      />
    </Group>
  );
}
