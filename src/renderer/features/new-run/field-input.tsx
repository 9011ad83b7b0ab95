import { ActionIcon, Autocomplete, Select, Stack, Switch, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { rangeOf } from '../../../shared/model/limits.ts';
import { readNumber } from '../../../shared/model/number-text.ts';
import type { FieldValue } from '../../components/documents.ts';
import { useText } from '../../i18n/use-text.ts';
import type { Field, Trained } from './fields.ts';
import { stepped } from './steps.ts';

/** What a field is for stands below it: the inputs of a row are on one line. */
const order: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

interface FieldInputProps {
  readonly field: Field;
  readonly trained: Trained;
  readonly value: FieldValue;
  /** What is wrong with it. */
  readonly error: ReactNode;
  readonly onChange: (value: FieldValue) => void;
  /** What is offered where text is entered; null for text without any. */
  readonly offers: readonly string[] | null;
}

/** One hyperparameter, with what is wrong with it. */
export function FieldInput({ field, trained, value, error, onChange, offers }: FieldInputProps) {
  const { t } = useText();
  const label = t(`fields.${field.label}`);
  const help = t(`fieldHelp.${field.label}`);
  if (field.kind === 'switch') {
    return (
      <Switch
        // Its text on the line of the inputs beside it, which have their label above.
        mt={30}
        label={label}
        description={help}
        checked={value === field.on}
        error={error}
        onChange={(event) => onChange(event.currentTarget.checked ? field.on : field.off)}
      />
    );
  }
  if (field.kind === 'choice') {
    return (
      <Select
        label={label}
        allowDeselect={false}
        description={help}
        inputWrapperOrder={order}
        data={[...field.optionsFor(trained)]}
        value={String(value)}
        error={error}
        onChange={(next) => next !== null && onChange(next)}
      />
    );
  }
  const text = value === null ? '' : String(value);
  if (field.kind === 'text') {
    const look = {
      ...{ label, description: help, inputWrapperOrder: order, spellCheck: false, autoComplete: 'off' },
      ...{ placeholder: t('fieldHints.automatic'), value: text, error },
    };
    if (offers) return <Autocomplete {...look} data={[...offers]} onChange={onChange} />;
    return <TextInput {...look} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  const step = (up: boolean) => {
    const range = rangeOf(field.path);
    const from = text === '' ? (range?.min ?? 0) : readNumber(text);
    if (from === null || !range) return;
    const next = stepped(from, up, field.step, range);
    if (next !== from || text === '') onChange(String(next));
  };
  return (
    <NumberField
      label={label}
      help={help}
      text={text}
      placeholder={field.fallback === null ? t('fieldHints.automatic') : undefined}
      error={error}
      onText={onChange}
      onStep={step}
    />
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly help: string;
  readonly text: string;
  readonly placeholder?: string | undefined;
  readonly error: ReactNode;
  readonly onText: (text: string) => void;
  /** Goes one step up or down, where the text is a number. */
  readonly onStep: (up: boolean) => void;
}

/** A number as people write it. What is typed stays as it is typed; arrow keys, the wheel over the focused field and its buttons step. */
function NumberField({ label, help, text, placeholder, error, onText, onStep }: NumberFieldProps) {
  const { t } = useText();
  const input = useRef<HTMLInputElement>(null);
  const step = useRef(onStep);
  useEffect(() => {
    step.current = onStep;
  });
  useEffect(() => {
    const field = input.current;
    const turn = (event: WheelEvent) => {
      if (document.activeElement !== field || event.deltaY === 0) return;
      // Neither zoom nor scroll along: React's own listener is passive and could not say so.
      event.preventDefault();
      step.current(event.deltaY < 0);
    };
    field?.addEventListener('wheel', turn, { passive: false });
    return () => field?.removeEventListener('wheel', turn);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    onStep(event.key === 'ArrowUp');
  };
  const button = (up: boolean) => (
    <ActionIcon
      variant="subtle"
      color="gray"
      h={15}
      mih={15}
      w={22}
      miw={22}
      tabIndex={-1}
      aria-label={t(up ? 'fieldHints.more' : 'fieldHints.less', { name: label })}
      onClick={() => onStep(up)}
    >
      {up ? <IconChevronUp size={12} aria-hidden /> : <IconChevronDown size={12} aria-hidden />}
    </ActionIcon>
  );
  return (
    <TextInput
      ref={input}
      label={label}
      description={help}
      inputWrapperOrder={order}
      inputMode="decimal"
      autoComplete="off"
      spellCheck={false}
      placeholder={placeholder}
      value={text}
      error={error}
      onChange={(event) => onText(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      rightSection={
        <Stack component="span" gap={0} h="100%" justify="center">
          {button(true)}
          {button(false)}
        </Stack>
      }
    />
  );
}
