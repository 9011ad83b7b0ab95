import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Write } from './use-write.ts';

interface WriteActionsProps {
  readonly write: Pick<Write<never>, 'isLeaving' | 'close'>;
  /** Where nothing else is: for what is not easily taken back. */
  readonly focusCancel?: boolean;
  /** Stands apart from the others, at the start. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** The end of a dialog that asks for a change: the way out, and what does it. */
export function WriteActions({ write, focusCancel, aside, children }: WriteActionsProps) {
  const { t } = useTranslation();
  return (
    <>
      {write.isLeaving && (
        <Text size="sm" c="dimmed" role="status">
          {t('common.sent')}
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        {aside}
        <Button
          variant="default"
          onClick={write.close}
          disabled={write.isLeaving}
          {...(focusCancel && { 'data-autofocus': true })}
        >
          {t('common.cancel')}
        </Button>
        {children}
      </Group>
    </>
  );
}
