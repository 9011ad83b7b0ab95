import { Button, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { ProblemAlert } from './problem-alert.tsx';
import type { Write } from './use-write.ts';
import { WriteActions } from './write-actions.tsx';

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  readonly text: ReactNode;
  readonly action: string;
  readonly dangerous?: boolean;
  readonly write: Pick<Write<never>, 'isPending' | 'isLeaving' | 'error' | 'close'>;
  readonly onConfirm: () => void;
}

/** Asks before something that is not easily taken back; stays open with the error where it fails. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { write } = props;
  return (
    <Modal opened={props.opened} onClose={write.close} title={props.title} centered size="md">
      <Stack gap="md">
        <Text size="sm">{props.text}</Text>
        {write.error != null && <ProblemAlert error={write.error} />}
        <WriteActions write={write} focusCancel>
          <Button
            {...(props.dangerous && { color: 'red' })}
            loading={write.isPending}
            onClick={props.onConfirm}
          >
            {props.action}
          </Button>
        </WriteActions>
      </Stack>
    </Modal>
  );
}
