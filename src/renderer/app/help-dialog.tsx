import { Group, Kbd, Modal, Table } from '@mantine/core';
import { useText } from '../i18n/use-text.ts';
import { shortcuts } from './shortcuts.ts';

/** All keyboard shortcuts. */
export function HelpDialog({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const { t } = useText();
  const rows = [{ keys: ['Ctrl/⌘', 'K'], action: 'palette' } as const, ...shortcuts];
  return (
    <Modal opened={opened} onClose={onClose} title={t('shell.shortcuts')} centered>
      <Table withRowBorders={false} verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(({ keys, action }) => (
            <Table.Tr key={action}>
              <Table.Td>{t(`shortcuts.${action}`)}</Table.Td>
              <Table.Td>
                <Group gap={4} justify="flex-end" wrap="nowrap">
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}
