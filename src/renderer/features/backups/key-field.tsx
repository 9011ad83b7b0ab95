import { PasswordInput } from '@mantine/core';
import type { SnapshotKey } from '../../../shared/contract/backup-encryption.ts';
import type { Snapshot } from '../../../shared/contract/backups.ts';
import { useText } from '../../i18n/use-text.ts';

interface KeyFieldProps {
  readonly label: string;
  readonly description?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A key or a passphrase, which no browser is to keep. */
export function KeyField({ label, description, value, onChange }: KeyFieldProps) {
  return (
    <PasswordInput
      {...{ label, description, value }}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** What was typed as a key: the key itself opens also what a passphrase does. Undefined where nothing was. */
export function keyOf(typed: string, hasPassphrase: boolean): SnapshotKey | undefined {
  if (typed.trim() === '') return undefined;
  return hasPassphrase && !typed.trim().startsWith('AGE-SECRET-KEY-')
    ? { passphrase: typed }
    : { identities: typed };
}

type OfSnapshot = Pick<KeyFieldProps, 'value' | 'onChange'> & {
  readonly encryption: NonNullable<Snapshot['encryption']>;
};

/** Asks for what opens an encrypted snapshot. */
export function SnapshotKeyField({ encryption: { recipient, hasPassphrase }, ...field }: OfSnapshot) {
  const { t } = useText();
  return (
    <KeyField
      label={t(hasPassphrase ? 'backupEncryption.neededPassphrase' : 'backupEncryption.neededKey')}
      description={t('backupEncryption.needed', { recipient })}
      {...field}
    />
  );
}
