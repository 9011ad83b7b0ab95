import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useRefusal } from './contract-form.tsx';
import { ProblemAlert } from './problem-alert.tsx';
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
function WriteActions({ write, focusCancel, aside, children }: WriteActionsProps) {
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

interface ConfirmDialogProps {
  readonly opened: boolean;
  readonly title: string;
  readonly text: ReactNode;
  readonly action: string;
  readonly dangerous?: boolean;
  readonly aside?: ReactNode;
  readonly write: Pick<Write<never>, 'isPending' | 'isLeaving' | 'error' | 'close'>;
  readonly onConfirm: () => void;
}

/** Asks before something that is not easily taken back; stays open with the error where it fails. */
export function ConfirmDialog({ opened, title, text, write, ...props }: ConfirmDialogProps) {
  return (
    <Modal opened={opened} onClose={write.close} title={title} centered size="md">
      <Stack gap="md">
        <Text component="div" size="sm">
          {text}
        </Text>
        {write.error != null && <ProblemAlert error={write.error} />}
        <WriteActions write={write} focusCancel aside={props.aside}>
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

interface WriteFormProps<Values extends Record<string, unknown>, Input> {
  readonly form: UseFormReturnType<Values, Input>;
  readonly write: Write<Input>;
  readonly action: string;
  readonly dangerous?: boolean;
  readonly disabled?: boolean;
  readonly children: ReactNode;
}

/** A form in a dialog: its fields, why it was refused, the way out, and what sends it. */
export function WriteForm<Values extends Record<string, unknown>, Input>({
  form,
  write,
  children,
  ...props
}: WriteFormProps<Values, Input>) {
  const refusal = useRefusal(form, write.error);
  return (
    <form onSubmit={form.onSubmit(write.start)}>
      <Stack gap="md">
        {children}
        {refusal !== null && <ProblemAlert error={refusal} />}
        <WriteActions write={write}>
          <Button
            type="submit"
            {...(props.dangerous && { color: 'red' })}
            loading={write.isPending}
            disabled={props.disabled ?? false}
          >
            {props.action}
          </Button>
        </WriteActions>
      </Stack>
    </form>
  );
}
