import { Select, type SelectProps } from '@mantine/core';
import { inLanguage } from '../../../shared/errors/catalogue.ts';
import { executorNames } from '../../../shared/model/executor.ts';
import { useText } from '../../i18n/use-text.ts';
import type { Choice, OfferedModel } from './use-choice.ts';

interface ExecutorSelectProps extends Pick<SelectProps, 'value' | 'onChange' | 'error'> {
  readonly model: OfferedModel | null;
  /** Null until they are known. */
  readonly executors: Choice['executors'];
}

/** Chooses where the trainer lives; says what "automatic" comes to here, and why. */
export function ExecutorSelect({ model, executors, value, ...field }: ExecutorSelectProps) {
  const { t, language } = useText();
  const names = model?.executors ?? [];
  const stateOf = (name: string) => executors?.find((one) => one.name === name);
  const reasonOf = (name: string) => {
    const fault = stateOf(name)?.fault;
    if (!stateOf(name)) return t('executors.absent');
    return fault ? inLanguage({ ...fault, hint: fault.hint ?? '' }, language).message : null;
  };
  const first = names.find((name) => reasonOf(name) === null) ?? null;
  const passed = names.slice(0, first === null ? names.length : names.indexOf(first));
  const reasons = (value === 'auto' ? passed : [value ?? '']).flatMap((name) => {
    const why = reasonOf(name);
    return why === null ? [] : [t('executors.because', { name: titleOf(name), why })];
  });
  const chosen =
    value !== 'auto'
      ? []
      : [first === null ? t('executors.none') : t('executors.first', { name: titleOf(first) })];
  function titleOf(name: string): string {
    const key = executorNames.find((one) => one === name);
    return key ? t(`executors.names.${key}`) : name;
  }
  return (
    <Select
      {...field}
      value={value ?? null}
      label={t('executors.one')}
      allowDeselect={false}
      description={executors === null ? undefined : [...chosen, ...reasons].join(' ')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      data={[
        { value: 'auto', label: t('executors.auto') },
        ...names.map((name) => ({ value: name, label: titleOf(name) })),
      ]}
    />
  );
}
