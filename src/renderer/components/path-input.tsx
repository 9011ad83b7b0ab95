import { Box, Button, Group, Menu, TextInput, type TextInputProps } from '@mantine/core';
import { IconFile, IconFileZip, IconFolderOpen } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { PathKind } from '../../shared/desktop.ts';
import { useText } from '../i18n/use-text.ts';

interface PathInputProps extends TextInputProps {
  /** What the path may lead to. */
  readonly kinds: readonly [PathKind, ...PathKind[]];
  /** Something was chosen in the system's dialog. */
  readonly onChoose: (path: string) => void;
  /** Stands beside the input. */
  readonly action?: ReactNode;
}

/** What an input keeps from the words above and below it: here for what stands beside it, too. */
const gap = 'calc(var(--mantine-spacing-xs) / 2)';

const icons = { folder: IconFolderOpen, archive: IconFileZip, program: IconFile };

/** A path on the engine's machine, typed, or chosen in the system's dialog where the page is in the window. */
export function PathInput({ kinds, onChoose, action, ...input }: PathInputProps) {
  return (
    <TextInput
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' }, wrapper: { margin: 0 } }}
      spellCheck={false}
      autoComplete="off"
      {...input}
      // Beside the input itself, whatever stands above and below it.
      inputContainer={(field) => (
        <Group gap="xs" mt={input.description ? gap : 0} mb={input.error ? gap : 0}>
          {/* Where there is no room for a path, what stands beside it goes below. */}
          <Box flex="1 1 12rem">{field}</Box>
          {window.trainyardDesktop && <Choose kinds={kinds} onChoose={onChoose} />}
          {action}
        </Group>
      )}
    />
  );
}

function Choose({ kinds, onChoose }: Pick<PathInputProps, 'kinds' | 'onChoose'>) {
  const { t } = useText();
  const choose = async (kind: PathKind) => {
    // A system has one dialog for folders and another for files.
    const found = await window.trainyardDesktop?.choosePath(kind);
    if (found) onChoose(found);
  };
  const [first] = kinds;
  const Icon = icons[first];
  const button = (onClick?: () => void) => (
    <Button variant="default" leftSection={<Icon size={16} aria-hidden />} onClick={onClick}>
      {t('common.choose')}
    </Button>
  );
  if (kinds.length === 1) return button(() => void choose(first));
  return (
    <Menu position="bottom-end">
      <Menu.Target>{button()}</Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => {
          const KindIcon = icons[kind];
          return (
            <Menu.Item
              key={kind}
              leftSection={<KindIcon size={16} aria-hidden />}
              onClick={() => void choose(kind)}
            >
              {t(`common.chooseKind.${kind}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
