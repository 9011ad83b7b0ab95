import { Button, Group, Modal, type ModalProps, Stack, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import { useText } from '../i18n/use-text.ts';
import { useUnsaved } from '../late/outdated.ts';
import { type ContractFormOptions, useContractForm, useRefusal } from './contract-form.tsx';
import { Note } from './note.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { useWrite, type Write, type WriteOptions } from './use-write.ts';

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
  const { t } = useText();
  return (
    <>
      {write.isLeaving && <Note role="status">{t('common.sent')}</Note>}
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

/** A dialog that asks for a change: it goes once that is done, and stays with the error where it fails. */
interface WriteDialogProps<Input, Output> extends Pick<ModalProps, 'opened' | 'onClose' | 'title'> {
  readonly send: WriteOptions<Input, Output>['send'];
  /** It was done, and the dialog was still there. */
  readonly onDone?: (output: Output) => unknown;
  readonly refresh: WriteOptions<Input, Output>['refresh'];
  /** What the button says that does it. */
  readonly action: string;
  readonly dangerous?: boolean;
}

function useWriteDialog<Input, Output>(dialog: WriteDialogProps<Input, Output>): Write<Input> {
  const { send, refresh, onClose } = dialog;
  const onDone = (output: Output) => {
    onClose();
    return dialog.onDone?.(output);
  };
  return useWrite({ send, refresh, onClose, onDone });
}

interface ConfirmDialogProps extends WriteDialogProps<undefined, unknown> {
  readonly text: ReactNode;
  /** What can be done instead. */
  readonly other?: { readonly label: string; readonly onClick: () => void };
}

/** Asks before something that is not easily taken back. */
export function ConfirmDialog({ text, other, ...dialog }: ConfirmDialogProps) {
  const write = useWriteDialog(dialog);
  const aside = other && (
    <Button variant="subtle" color="gray" mr="auto" disabled={write.isPending} onClick={other.onClick}>
      {other.label}
    </Button>
  );
  return (
    <Modal opened={dialog.opened} onClose={write.close} title={dialog.title} centered size="md">
      <Stack gap="md">
        <Text component="div" size="sm">
          {text}
        </Text>
        {write.error != null && <ProblemAlert error={write.error} />}
        <WriteActions write={write} focusCancel aside={aside}>
          <Button
            {...(dialog.dangerous && { color: 'red' })}
            loading={write.isPending}
            onClick={() => write.start(undefined)}
          >
            {dialog.action}
          </Button>
        </WriteActions>
      </Stack>
    </Modal>
  );
}

interface FormDialogProps<Values extends Record<string, unknown>, Schema extends z.ZodType, Output>
  extends WriteDialogProps<z.output<Schema>, Output> {
  readonly form: ContractFormOptions<Values, Schema>;
  readonly centered?: boolean;
  /** The fields. */
  readonly children: (form: UseFormReturnType<Values, z.output<Schema>>) => ReactNode;
}

/** A form in a dialog: each time it opens, it begins anew. */
export function FormDialog<Values extends Record<string, unknown>, Schema extends z.ZodType, Output>({
  form,
  centered = true,
  children,
  ...dialog
}: FormDialogProps<Values, Schema, Output>) {
  const write = useWriteDialog(dialog);
  return (
    <Modal opened={dialog.opened} onClose={write.close} title={dialog.title} centered={centered}>
      <WriteForm options={form} write={write} {...dialog}>
        {children}
      </WriteForm>
    </Modal>
  );
}

interface WriteFormProps<Values extends Record<string, unknown>, Schema extends z.ZodType>
  extends Pick<FormDialogProps<Values, Schema, unknown>, 'action' | 'dangerous' | 'children'> {
  readonly options: ContractFormOptions<Values, Schema>;
  readonly write: Write<z.output<Schema>>;
}

function WriteForm<Values extends Record<string, unknown>, Schema extends z.ZodType>({
  options,
  write,
  children,
  ...props
}: WriteFormProps<Values, Schema>) {
  const { form, read } = useContractForm(options);
  const refusal = useRefusal(form, write.error);
  useUnsaved(form.isDirty());
  return (
    <form
      onSubmit={(event) => {
        // A dialog that a form opens is inside it for React: that one is not sent.
        event.stopPropagation();
        form.onSubmit(write.start)(event);
      }}
    >
      <Stack gap="md">
        {children(form)}
        {refusal !== null && <ProblemAlert error={refusal} />}
        <WriteActions write={write}>
          <Button
            type="submit"
            {...(props.dangerous && { color: 'red' })}
            loading={write.isPending}
            disabled={!read()}
          >
            {props.action}
          </Button>
        </WriteActions>
      </Stack>
    </form>
  );
}
