import { Checkbox, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  type BackupComparison,
  type BackupOperation,
  restoreBackupInput,
  type Snapshot,
} from '../../../shared/contract/backups.ts';
import { Note } from '../../components/note.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { keyOf, SnapshotKeyField } from './key-field.tsx';

interface RestoreDialogProps {
  readonly snapshot: Snapshot;
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onBegun: (operation: BackupOperation) => void;
}

/** Says what a restore changes, and begins it; the page shows how it goes on. */
export function RestoreDialog({ snapshot, onBegun, ...dialog }: RestoreDialogProps) {
  const { t, format } = useText();
  const { path, at, encryption } = snapshot;
  const { data, error } = useQuery(
    queries.backups.compare.queryOptions({ input: { snapshot: path }, enabled: dialog.opened, gcTime: 0 }),
  );
  const runs = data?.runsUnderWay ?? 0;
  return (
    <FormDialog
      {...dialog}
      title={t('backups.restoreTitle')}
      send={(input, options) => engine.backups.restore(input, options)}
      onDone={onBegun}
      refresh={queries.backups.list.key()}
      action={t('backups.restoreAction')}
      dangerous
      form={{
        schema: encryption ? restoreBackupInput.required({ key: true }) : restoreBackupInput,
        initialValues: { stopRuns: false, key: '' },
        toInput: ({ stopRuns, key }) => ({
          ...{ snapshot: path, stopRuns },
          ...(encryption && { key: keyOf(key, encryption.hasPassphrase) }),
        }),
      }}
    >
      {(form) => (
        <Stack gap="sm">
          <Text size="sm">{t('backups.restoreWhat')}</Text>
          <Text size="sm" fw={550}>
            {t('backups.restoreLoses', { time: format.dateTime(at) })}
          </Text>
          {error && <ProblemAlert error={error} />}
          {!data && !error && <Skeleton height={150} />}
          {data && <Compared comparison={data} />}
          {encryption && (
            <SnapshotKeyField
              encryption={encryption}
              value={form.values.key}
              onChange={(key) => form.setFieldValue('key', key)}
            />
          )}
          {runs > 0 && (
            <Checkbox
              label={t('backups.stopRuns', { count: runs, formatted: format.number(runs) })}
              {...form.getInputProps('stopRuns', { type: 'checkbox' })}
            />
          )}
        </Stack>
      )}
    </FormDialog>
  );
}

function Compared({ comparison: { rows } }: { readonly comparison: BackupComparison }) {
  const { t, format } = useText();
  return (
    <div>
      <Table withRowBorders={false} verticalSpacing={4} className="tabular">
        <Table.Thead>
          <Table.Tr>
            <Table.Th />
            <Table.Th ta="right">{t('backups.now')}</Table.Th>
            <Table.Th ta="right">{t('backups.inSnapshot')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ noun, now, snapshot }) => (
            <Table.Tr key={noun} fw={now === snapshot ? 400 : 650}>
              <Table.Th scope="row" fw="inherit">
                {t(`backups.nouns.${noun}`)}
              </Table.Th>
              <Table.Td ta="right">{now === null ? '–' : format.number(now)}</Table.Td>
              <Table.Td ta="right">{format.number(snapshot)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Note size="xs">{t('backups.nounsHint')}</Note>
    </div>
  );
}
