import { Box, Button, Group, TextInput, type TextInputProps } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useText } from '../i18n/use-text.ts';

interface PathInputProps extends TextInputProps {
  /** A folder was chosen in the system's dialog. */
  readonly onChoose: (path: string) => void;
  /** Stands beside the input. */
  readonly action?: ReactNode;
}

/** A path on the engine's machine, typed, or chosen in the system's dialog where the page is in the window. */
export function PathInput({ onChoose, action, ...input }: PathInputProps) {
  const { t } = useText();
  const desktop = window.trainyardDesktop;
  const choose = async () => {
    const found = await desktop?.choosePath('folder');
    if (found) onChoose(found);
  };
  return (
    <TextInput
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      spellCheck={false}
      autoComplete="off"
      {...input}
      // Beside the input itself, whatever stands above and below it.
      inputContainer={(field) => (
        <Group gap="xs" wrap="nowrap">
          <Box flex={1}>{field}</Box>
          {desktop && (
            <Button
              variant="default"
              leftSection={<IconFolderOpen size={16} aria-hidden />}
              onClick={() => void choose()}
            >
              {t('common.choose')}
            </Button>
          )}
          {action}
        </Group>
      )}
    />
  );
}
