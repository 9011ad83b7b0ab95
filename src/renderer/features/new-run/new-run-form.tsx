import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import type { FormErrors } from '@mantine/form';
import { IconPlayerPlay } from '@tabler/icons-react';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import type { Template } from '../../../shared/contract/templates.ts';
import { weightsModelSchema } from '../../../shared/model/pretrained-weights.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { useContractForm, useRefusal } from '../../components/contract-form.tsx';
import { type FieldValue, flatten } from '../../components/documents.ts';
import { Facts } from '../../components/facts.tsx';
import { KeepSettings } from '../../components/keep-settings.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useWrite, type Write } from '../../components/use-write.ts';
import { useText } from '../../i18n/use-text.ts';
import { useUnsaved } from '../../late/outdated.ts';
import { engine, queries } from '../../rpc/client.ts';
import { ConfigFileButton } from './config-file-button.tsx';
import { FieldInput } from './field-input.tsx';
import { allFields, type Field } from './fields.ts';
import { HowToTrain } from './how-to-train.tsx';
import classes from './new-run-page.module.css';
import { type Prefilled, prefilledBy } from './prefilled.ts';
import { configOf, enteredRun, inputOf } from './run-input.ts';
import { type Change, changesOf, formPath, type RunValues, runKinds } from './run-values.ts';
import { ScriptFields } from './script-fields.tsx';
import { TemplateSelect } from './template-select.tsx';
import { type NamedDataset, useChoice } from './use-choice.ts';
import { WhatToTrain } from './what-to-train.tsx';

interface NewRunFormProps {
  readonly firstProject: string | null;
  /** The dataset that the address names. */
  readonly named: NamedDataset | null;
  readonly version: number | null;
  readonly prefilled: Prefilled;
  /** What the run that it begins with says and this release can't read. */
  readonly unread: readonly string[];
}

/** The form itself: what to train on what, and how; or a script of somebody's own. */
export function NewRunForm({ firstProject, named, version, prefilled, unread }: NewRunFormProps) {
  const { t } = useText();
  const [template, setTemplate] = useState<Pick<Template, 'id' | 'leftOut'> | null>(null);
  const leftOut = template?.leftOut ?? unread;
  const { form, read } = useContractForm({
    schema: enteredRun,
    initialValues: {
      project: firstProject,
      dataset: named?.id ?? null,
      name: '',
      ...prefilled,
    },
    toInput: (values: RunValues): unknown => ({
      ...inputOf(values, choice, version !== null && choice.dataset === named?.id ? version : null),
      ...(template !== null && values.kind === 'model' && { source: 'template' }),
    }),
  });
  const choice = useChoice(form.values, named, version);
  const { kind, overrides } = form.values;
  const { fields, defaults, trained, failed } = choice;
  const stored = useStoredWeights(choice.model?.id ?? null);
  const create = useCreateRun();
  useUnsaved(form.isDirty());
  const entered = useMemo(() => flatten(overrides), [overrides]);
  const changes = changesOf(fields.all, entered, defaults);
  const datasetName = choice.kept.find(({ id }) => id === choice.dataset)?.name;
  const takeConfig = (config: TrainingOverrides) => {
    const { dataset } = config;
    form.setValues({
      ...prefilledBy(config),
      // By its id or its name: the engine knows both.
      ...(dataset && { dataset: dataset.datasetId ?? dataset.name ?? form.values.dataset }),
    });
  };
  const isWrong = (field: Field) => Boolean(form.errors[formPath(field)]);
  const refusal = useRefusal(form, create.error);
  const wish = read();

  const input = (field: Field) => (
    <FieldInput
      key={field.path}
      {...{ field, trained }}
      value={entered[field.path] ?? defaults[field.path] ?? field.fallback}
      error={form.errors[formPath(field)]}
      offers={field.path === 'model.pretrainedWeights' ? stored : null}
      onChange={(value) => form.setFieldValue(formPath(field), value)}
    />
  );
  return (
    <form onSubmit={form.onSubmit((sent) => create.start(sent))} className={classes.columns}>
      <Stack gap="lg">
        {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
        <Group gap="md" justify="space-between">
          <ConfigFileButton
            onConfig={(config) => {
              setTemplate(null);
              takeConfig(config);
            }}
          />
          <TemplateSelect
            value={template?.id ?? null}
            onChoose={(chosen) => {
              setTemplate(chosen);
              if (chosen) takeConfig(chosen.config);
            }}
          />
        </Group>
        <SegmentedControl
          aria-label={t('newRun.kind')}
          {...form.getInputProps('kind', { withError: false })}
          // A phone has no room for both in one line.
          styles={{ label: { whiteSpace: 'normal' } }}
          data={runKinds.map((one) => ({ value: one, label: t(`newRun.kinds.${one}`) }))}
        />
        {kind === 'script' ? (
          <ScriptFields form={form} />
        ) : (
          <>
            {leftOut.length > 0 && <Note>{t('templates.leftOut', { fields: leftOut.join(', ') })}</Note>}
            <WhatToTrain {...{ form, choice, named, version }} />
            <HowToTrain {...{ fields, isWrong, input }} />
          </>
        )}
      </Stack>
      <aside className={classes.side}>
        <Section panel title={t(kind === 'script' ? 'script.read' : 'newRun.changed')} mb={16}>
          <Stack gap="md">
            {kind === 'script' ? (
              <Note>{t('script.readHint')}</Note>
            ) : (
              <ChangeList changes={changes} errors={form.errors} />
            )}
            {refusal !== null && <ProblemAlert error={refusal} />}
            <Button
              type="submit"
              size="md"
              fullWidth
              disabled={!wish}
              loading={create.isPending}
              leftSection={<IconPlayerPlay size={18} aria-hidden />}
            >
              {t('newRun.start')}
            </Button>
            {kind === 'model' && (
              <KeepSettings
                config={wish && configOf(wish, datasetName)}
                fileName="train"
                onKept={(id) => setTemplate({ id, leftOut: [] })}
              />
            )}
          </Stack>
        </Section>
      </aside>
    </form>
  );
}

/**
 * Queues a training and opens its page. The same wish sent again (a second press, a lost answer) carries the same request id, so that
 * it never trains twice.
 */
function useCreateRun(): Write<CreateRunInput> {
  const navigate = useNavigate();
  const last = useRef({ wish: '', requestId: '' });
  return useWrite({
    send: (wish: CreateRunInput, options) => {
      const text = JSON.stringify(wish);
      if (last.current.wish !== text) last.current = { wish: text, requestId: crypto.randomUUID() };
      return engine.runs.create({ ...wish, requestId: last.current.requestId }, options);
    },
    onDone: ({ runId }) => navigate({ to: '/runs/$runId', params: { runId } }),
    refresh: queries.runs.list.key(),
  });
}

/** The names of the weights that are stored for a model, the newest first. */
function useStoredWeights(model: string | null): readonly string[] {
  const isKnown = weightsModelSchema.safeParse(model).success;
  const { data } = useQuery(
    queries.weights.list.queryOptions({
      input: isKnown && model !== null ? { model, limit: 100 } : skipToken,
    }),
  );
  return (data?.weights ?? []).flatMap(({ name, status }) => (status === 'ready' ? [name] : []));
}

interface ChangeListProps {
  readonly changes: readonly Change[];
  readonly errors: FormErrors;
}

/** What differs from the model's defaults, and what is wrong: in the words of the form. */
function ChangeList({ changes, errors }: ChangeListProps) {
  const { t } = useText();
  const wrong = allFields.filter((field) => errors[formPath(field)]);
  const right = changes.filter(({ field }) => !wrong.includes(field));
  const show = (value: FieldValue) => {
    if (value === null) return t('fieldHints.automatic');
    return typeof value === 'boolean' ? t(value ? 'common.yes' : 'common.no') : String(value);
  };
  return (
    <>
      {wrong.length > 0 && (
        <div role="status">
          <Text size="sm" fw={550} c="red">
            {t('newRun.wrong')}
          </Text>
          {wrong.map((field) => (
            <Text key={field.path} size="sm">
              {t(`fields.${field.label}`)}: {errors[formPath(field)]}
            </Text>
          ))}
        </div>
      )}
      {right.length === 0 && wrong.length === 0 && <Note>{t('newRun.nothingChanged')}</Note>}
      {right.length > 0 && (
        <Facts
          facts={right.map(({ field, value, before }) => [
            t(`fields.${field.label}`),
            <span key={field.path} className="tabular">
              {show(value)}{' '}
              <span style={{ color: 'var(--muted)' }}>{t('newRun.before', { value: show(before) })}</span>
            </span>,
          ])}
        />
      )}
    </>
  );
}
