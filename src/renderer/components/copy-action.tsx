import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useText } from '../i18n/use-text.ts';

interface CopyActionProps {
  readonly text: string;
  /** What is copied, where "Copy" alone would not say. */
  readonly label?: string;
  readonly small?: boolean;
}

/** Copies a text and says so. */
export function CopyAction({ text, label: what, small = false }: CopyActionProps) {
  const { t } = useText();
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => {
        const label = copied ? t('common.copied') : (what ?? t('common.copy'));
        return (
          <Tooltip label={label}>
            <ActionIcon
              variant="subtle"
              color={copied ? 'green' : 'gray'}
              size={small ? 22 : 'md'}
              onClick={copy}
              aria-label={label}
            >
              {copied ? <IconCheck size={small ? 13 : 15} /> : <IconCopy size={small ? 13 : 15} />}
            </ActionIcon>
          </Tooltip>
        );
      }}
    </CopyButton>
  );
}
