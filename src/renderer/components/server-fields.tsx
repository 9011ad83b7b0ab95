import { Group, TextInput } from '@mantine/core';
import { useText } from '../i18n/use-text.ts';

/** A server of S3 and whose credentials are used there; null: as the engine would choose by itself. */
interface S3Server {
  readonly endpoint: string | null;
  readonly profile: string | null;
}

interface ServerFieldsProps {
  readonly server: S3Server;
  /** What is said of the server. */
  readonly hint: string;
  readonly onChange: (server: S3Server) => void;
}

/** Which server a bucket is on, where that is not the one that the engine would ask by itself. */
export function ServerFields({ server, hint, onChange }: ServerFieldsProps) {
  const { t } = useText();
  return (
    <Group grow align="flex-start">
      <TextInput
        label={t('datasets.s3Endpoint')}
        description={hint}
        placeholder="https://s3.example.com"
        spellCheck={false}
        value={server.endpoint ?? ''}
        onChange={(event) => onChange({ ...server, endpoint: event.currentTarget.value.trim() || null })}
      />
      <TextInput
        label={t('datasets.s3Profile')}
        description={t('datasets.s3ProfileHint')}
        placeholder="default"
        spellCheck={false}
        value={server.profile ?? ''}
        onChange={(event) => onChange({ ...server, profile: event.currentTarget.value.trim() || null })}
      />
    </Group>
  );
}
