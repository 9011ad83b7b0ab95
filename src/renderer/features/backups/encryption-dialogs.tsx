import { Button, Code, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import {
  type BackupEncryptionView,
  proveEncryptionInput,
  setUpEncryptionInput,
} from '../../../shared/contract/backup-encryption.ts';
import { CopyAction } from '../../components/copy-action.tsx';
import { Note } from '../../components/note.ts';
import { saveFile } from '../../components/save-file.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { KeyField, keyOf } from './key-field.tsx';

const ways = ['key', 'passphrase', 'recipient'] as const;
type Way = (typeof ways)[number];

interface Values extends Record<string, unknown> {
  way: Way;
  passphrase: string;
  recipient: string;
}

const toInput = ({ way, passphrase, recipient }: Values) =>
  ({ key: {}, passphrase: { passphrase }, recipient: { recipient } })[way];

interface DialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

interface SetUpDialogProps extends DialogProps {
  /** @param identity the new key; null where the person has it already */
  readonly onDone: (identity: string | null) => void;
}

/** Asks how snapshots are to be encrypted. */
export function SetUpDialog({ onDone, ...dialog }: SetUpDialogProps) {
  const { t } = useText();
  const initialValues: Values = { way: 'key', passphrase: '', recipient: '' };
  return (
    <FormDialog
      {...dialog}
      title={t('backupEncryption.setUpTitle')}
      send={(input, options) => engine.backups.setUpEncryption(input, options)}
      onDone={({ identity }) => onDone(identity)}
      refresh={queries.backups.encryption.key()}
      action={t('backupEncryption.setUpAction')}
      form={{ schema: setUpEncryptionInput, initialValues, toInput }}
    >
      {(form) => {
        const { way } = form.values;
        return (
          <>
            <SegmentedControl
              fullWidth
              aria-label={t('backupEncryption.setUpTitle')}
              data={ways.map((value) => ({ value, label: t(`backupEncryption.ways.${value}`) }))}
              value={way}
              onChange={(value) => form.setFieldValue('way', ways.find((one) => one === value) ?? 'key')}
            />
            <Text size="sm">{t(`backupEncryption.waysHint.${way}`)}</Text>
            {way === 'passphrase' && (
              <KeyField
                label={t('backupEncryption.passphrase')}
                description={t('backupEncryption.passphraseHint')}
                value={form.values.passphrase}
                onChange={(passphrase) => form.setFieldValue('passphrase', passphrase)}
              />
            )}
            {way === 'recipient' && (
              <TextInput
                label={t('backupEncryption.recipient')}
                placeholder="age1…"
                autoComplete="off"
                spellCheck={false}
                {...form.getInputProps('recipient')}
              />
            )}
          </>
        );
      }}
    </FormDialog>
  );
}

interface ShownDialogProps {
  /** Null: none is shown. */
  readonly identity: string | null;
  readonly recipient: string;
  readonly onSaved: () => void;
}

/** Shows the new key, this once: closing it by accident would lose it. */
export function ShownDialog({ identity, recipient, onSaved }: ShownDialogProps) {
  const { t } = useText();
  const save = (key: string) =>
    saveFile('trainyard-backup-key.txt', [`# public key: ${recipient}\n${key}\n`]);
  return (
    <Modal
      opened={identity !== null}
      onClose={onSaved}
      title={t('backupEncryption.shownTitle')}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      {identity !== null && (
        <Stack gap="md">
          <Text size="sm">{t('backupEncryption.shownText')}</Text>
          <Group gap={4} wrap="nowrap" align="flex-start">
            <Code block style={{ flex: 1, overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}>
              {identity}
            </Code>
            <CopyAction text={identity} label={t('backupEncryption.copy')} />
          </Group>
          <Note>{t('backupEncryption.ofRecipient', { recipient })}</Note>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => save(identity)}>
              {t('backupEncryption.save')}
            </Button>
            <Button onClick={onSaved}>{t('backupEncryption.saved')}</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

interface ProveDialogProps extends DialogProps {
  readonly pending: NonNullable<BackupEncryptionView['pending']>;
}

/** Has the key given back: encryption begins with that. */
export function ProveDialog({ pending: { recipient, hasPassphrase }, ...dialog }: ProveDialogProps) {
  const { t } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('backupEncryption.proveTitle')}
      send={(input, options) => engine.backups.proveEncryption(input, options)}
      refresh={queries.backups.encryption.key()}
      action={t('backupEncryption.proveAction')}
      form={{
        schema: proveEncryptionInput,
        initialValues: { key: '' },
        toInput: ({ key }) => ({ key: keyOf(key, hasPassphrase) }),
      }}
    >
      {(form) => (
        <>
          <Text size="sm">
            {t(hasPassphrase ? 'backupEncryption.proveTextPassphrase' : 'backupEncryption.proveText')}
          </Text>
          <KeyField
            label={t(hasPassphrase ? 'backupEncryption.passphrase' : 'backupEncryption.key')}
            description={t('backupEncryption.ofRecipient', { recipient })}
            value={form.values.key}
            onChange={(key) => form.setFieldValue('key', key)}
          />
        </>
      )}
    </FormDialog>
  );
}
