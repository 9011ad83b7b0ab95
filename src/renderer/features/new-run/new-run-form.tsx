import { Button, Collapse, Group, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import type { FormErrors } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { type CreateRunInput, createRunInput } from '../../../shared/contract/runs.ts';
import { useContractForm, useRefusal } from '../../components/contract-form.tsx';
import { type FieldValue, flatten } from '../../components/documents.ts';
import { Facts } from '../../components/facts.tsx';
import { LinkButton } from '../../components/links.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ProjectSelect } from '../../components/project-select.tsx';
import { TrainingRisks } from '../../components/training-risks.tsx';
import { useWrite, type Write } from '../../components/use-write.ts';
import { useText } from '../../i18n/use-text.ts';
import { useUnsaved } from '../../late/outdated.ts';
import { type EngineClient, engine, queries } from '../../rpc/client.ts';
import { DatasetSelect } from './dataset-select.tsx';
import { FieldInput } from './field-input.tsx';
import { advancedFields, allFields, basicFields, type Field } from './fields.ts';
import classes from './new-run-page.module.css';
import { type Change, changesOf, formPath, overridesOf, type RunValues, untouched } from './run-values.ts';

interface NewRunFormProps {
  readonly firstProject: string | null;
  /** The dataset that the address names. */
  readonly named: Awaited<ReturnType<EngineClient['datasets']['show']>> | null;
  readonly version: number | null;
}

/** The form itself: what to train on what, and how. */
export function NewRunForm({ firstProject, named, version }: NewRunFormProps) {
  const { t, language } = useText();
  const models = useQuery(queries.runs.models.queryOptions());
  const { form, read } = useContractForm({
    schema: createRunInput,
    initialValues: {
      project: firstProject,
      dataset: named?.id ?? null,
      model: null,
      name: '',
      overrides: untouched,
    },
    toInput: (values: RunValues): unknown => ({
      project: values.project,
      dataset,
      model: model?.id ?? null,
      overrides: overridesOf(changesOf(flatten(values.overrides), defaults)),
      ...(values.name.trim() !== '' && { name: values.name }),
      ...(version !== null && dataset === named?.id && { version }),
    }),
  });
  const { project, dataset: datasetChoice, model: modelChoice, overrides } = form.values;
  const [advanced, advancedToggle] = useDisclosure(false);
  const create = useCreateRun();
  useUnsaved(form.isDirty());

  const datasets = useQuery(
    queries.datasets.list.queryOptions({ input: { project: project ?? '' }, enabled: project !== null }),
  );
  const withVersion = (datasets.data?.datasets ?? []).filter((one) => one.version !== null);
  // Models learn one class for each image: others are offered with the reason why not.
  const ready = withVersion.filter((one) => one.labels === null);
  const dataset = datasetChoice ?? ready[0]?.id ?? null;
  const chosen = useQuery(
    queries.datasets.show.queryOptions({ input: { dataset: dataset ?? '' }, enabled: dataset !== null }),
  );
  // What was named or chosen stays chosen, also where the project does not have it (yet): the engine trains on any dataset.
  const others = [named, chosen.data].filter((one) => one && !withVersion.some(({ id }) => id === one.id));
  const kept = [
    ...new Map([...others, ...withVersion].flatMap((one) => (one ? [[one.id, one]] : []))).values(),
  ];
  const trained = (dataset === named?.id && version) || chosen.data?.version;
  const risks = chosen.data?.versions.find((one) => one.version === trained)?.trainingRisks ?? [];
  const model = models.data?.models.find(({ id }) => id === modelChoice) ?? models.data?.models[0];
  const defaults = useMemo(() => flatten(model?.defaults ?? {}), [model]);
  const entered = useMemo(() => flatten(overrides), [overrides]);
  const changes = changesOf(entered, defaults);
  const isWrong = (field: Field) => Boolean(form.errors[formPath(field)]);
  const refusal = useRefusal(form, create.error);

  const input = (field: Field) => (
    <FieldInput
      key={field.path}
      field={field}
      value={entered[field.path] ?? defaults[field.path] ?? field.fallback}
      error={form.errors[formPath(field)]}
      onChange={(value) => form.setFieldValue(formPath(field), value)}
    />
  );
  const advancedShown = advanced || advancedFields.some(({ fields }) => fields.some(isWrong));
  const failed = [models, datasets].find((query) => query.error);
  return (
    <form onSubmit={form.onSubmit((wish) => create.start(wish))} className={classes.columns}>
      <Stack gap="lg">
        {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
        <Section panel title={t('newRun.what')} mb={16}>
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
              <ProjectSelect
                label={t('projects.one')}
                required
                allowDeselect={false}
                {...form.getInputProps('project')}
                value={project}
              />
              <DatasetSelect
                project={project}
                label={t('datasets.one')}
                required
                allowDeselect={false}
                placeholder={datasets.isSuccess && ready.length === 0 ? t('newRun.noDataset') : undefined}
                newest={kept}
                labelOf={(one) => `${one.name} v${(one.id === named?.id && version) || one.version}`}
                {...form.getInputProps('dataset')}
                value={dataset}
              />
              <Select
                label={t('runs.model')}
                required
                allowDeselect={false}
                description={model?.description[language]}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                data={(models.data?.models ?? []).map(({ id }) => id)}
                {...form.getInputProps('model')}
                value={model?.id ?? null}
              />
              <TextInput
                label={t('common.name')}
                placeholder={t('newRun.namePlaceholder')}
                {...form.getInputProps('name')}
              />
            </SimpleGrid>
            <TrainingRisks risks={risks} />
            {datasets.isSuccess && ready.length === 0 && project !== null && (
              <Group gap="xs">
                <Note>{t('newRun.noDatasetHint')}</Note>
                <LinkButton
                  size="compact-sm"
                  variant="default"
                  to="/datasets"
                  search={{ import: true, project }}
                >
                  {t('datasets.import')}
                </LinkButton>
              </Group>
            )}
          </Stack>
        </Section>
        <Section panel title={t('newRun.how')} mb={16}>
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="md" verticalSpacing="md">
              {basicFields.map(input)}
            </SimpleGrid>
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              ml={-8}
              style={{ alignSelf: 'flex-start' }}
              aria-expanded={advancedShown}
              leftSection={
                advancedShown ? (
                  <IconChevronDown size={16} aria-hidden />
                ) : (
                  <IconChevronRight size={16} aria-hidden />
                )
              }
              onClick={advancedToggle.toggle}
            >
              {t('newRun.advanced')}
            </Button>
            <Collapse expanded={advancedShown}>
              <Stack gap="lg">
                {advancedFields.map(({ group, fields }) => (
                  <fieldset key={group} className={classes.group}>
                    <legend>{t(`fieldGroups.${group}`)}</legend>
                    <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="md" verticalSpacing="md">
                      {fields.map(input)}
                    </SimpleGrid>
                  </fieldset>
                ))}
              </Stack>
            </Collapse>
          </Stack>
        </Section>
      </Stack>
      <aside className={classes.side}>
        <Section panel title={t('newRun.changed')} mb={16}>
          <Stack gap="md">
            <ChangeList changes={changes} errors={form.errors} />
            {refusal !== null && <ProblemAlert error={refusal} />}
            <Button
              type="submit"
              size="md"
              fullWidth
              disabled={!read()}
              loading={create.isPending}
              leftSection={<IconPlayerPlay size={18} aria-hidden />}
            >
              {t('newRun.start')}
            </Button>
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
