import { Button, Collapse, Group, Select, SimpleGrid, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { flatten } from '../../components/documents.ts';
import { LinkButton } from '../../components/link-button.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { TrainingRisks } from '../../components/training-risks.tsx';
import { useUnsaved } from '../../late/use-unsaved.ts';
import { queries } from '../../rpc/client.ts';
import { toProblem } from '../../rpc/problem.ts';
import { ChangeList } from './change-list.tsx';
import { FieldInput } from './field-input.tsx';
import { advancedFields, basicFields, type Field } from './fields.ts';
import { type Edits, readForm } from './form-state.ts';
import classes from './new-run-page.module.css';
import { useCreateRun } from './use-create-run.ts';
import type { NamedDataset } from './use-sources.ts';

const nameSchema = z.string().trim().max(255);

interface NewRunValues {
  readonly project: string | null;
  readonly dataset: string | null;
  readonly model: string | null;
  readonly name: string;
  readonly edits: Edits;
}

interface NewRunFormProps {
  readonly projects: readonly { readonly id: string; readonly name: string }[];
  readonly firstProject: string | null;
  /** The dataset that the address names. */
  readonly named: NamedDataset | null;
  readonly version: number | null;
}

/** The form itself: what to train on what, and how. */
export function NewRunForm({ projects, firstProject, named, version }: NewRunFormProps) {
  const { t, i18n } = useTranslation();
  const models = useQuery(queries.runs.models.queryOptions());
  const form = useForm<NewRunValues>({
    initialValues: { project: firstProject, dataset: named?.id ?? null, model: null, name: '', edits: {} },
    validate: {
      project: (value) => (value === null ? t('newRun.chooseProject') : null),
      name: (value) => (nameSchema.safeParse(value).success ? null : t('ranges.other')),
    },
  });
  const { project, dataset: datasetChoice, model: modelChoice, name, edits } = form.values;
  const [advanced, advancedToggle] = useDisclosure(false);
  const create = useCreateRun();
  useUnsaved(form.isDirty());

  const datasets = useQuery(
    queries.datasets.list.queryOptions({ input: { project: project ?? '' }, enabled: project !== null }),
  );
  const ready = (datasets.data?.datasets ?? []).filter((one) => one.version !== null);
  // What was named or chosen stays chosen, also where the project does not have it (yet): the engine trains on any dataset.
  const kept = named && !ready.some(({ id }) => id === named.id) ? [named, ...ready] : ready;
  const dataset = datasetChoice ?? ready[0]?.id ?? null;
  const chosen = useQuery(
    queries.datasets.show.queryOptions({ input: { dataset: dataset ?? '' }, enabled: dataset !== null }),
  );
  const trained = (dataset === named?.id && version) || chosen.data?.version;
  const risks = chosen.data?.versions.find((one) => one.version === trained)?.trainingRisks ?? [];
  const model = models.data?.models.find(({ id }) => id === modelChoice) ?? models.data?.models[0];
  const defaults = useMemo(() => flatten(model?.defaults ?? {}), [model]);
  const { overrides, changes, wrong } = useMemo(() => readForm(edits, defaults), [edits, defaults]);
  const refusal = create.error ? toProblem(create.error) : null;
  const refusedField = refusal?.field?.replace(/^(overrides|config)\./, '') ?? null;
  const wish =
    project && dataset && model && overrides
      ? {
          project,
          dataset,
          model: model.id,
          name,
          overrides,
          ...(version !== null && dataset === named?.id && { version }),
        }
      : null;

  const submit = form.onSubmit(() => {
    if (wish) create.mutate(wish);
  });
  const input = (field: Field) => (
    <FieldInput
      key={field.path}
      field={field}
      value={edits[field.path] ?? defaults[field.path] ?? field.fallback}
      isWrong={wrong.includes(field)}
      refusal={refusedField === field.path ? (refusal?.message ?? null) : null}
      onChange={(value) => form.setFieldValue('edits', { ...edits, [field.path]: value })}
    />
  );
  const failed = [models, datasets].find((query) => query.error);
  return (
    <form onSubmit={submit} className={classes.columns}>
      <Stack gap="lg">
        {failed && <ProblemAlert error={failed.error} onRetry={() => void failed.refetch()} />}
        <section className={`surface ${classes.section}`}>
          <Title order={2} size={15}>
            {t('newRun.what')}
          </Title>
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
            <Select
              label={t('runs.project')}
              required
              searchable
              allowDeselect={false}
              data={projects.map(({ id, name: label }) => ({ value: id, label }))}
              {...form.getInputProps('project')}
            />
            <Select
              label={t('runs.dataset')}
              required
              searchable
              allowDeselect={false}
              placeholder={datasets.isSuccess && ready.length === 0 ? t('newRun.noDataset') : undefined}
              data={kept.map((one) => ({
                value: one.id,
                label: `${one.name} v${(one.id === named?.id && version) || one.version}`,
              }))}
              value={dataset}
              onChange={(value) => form.setFieldValue('dataset', value)}
            />
            <Select
              label={t('runs.model')}
              required
              allowDeselect={false}
              description={model?.description[i18n.language === 'ko' ? 'ko' : 'en']}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              data={(models.data?.models ?? []).map(({ id }) => id)}
              value={model?.id ?? null}
              onChange={(value) => form.setFieldValue('model', value)}
            />
            <TextInput
              label={t('newRun.name')}
              placeholder={t('newRun.namePlaceholder')}
              maxLength={255}
              {...form.getInputProps('name')}
            />
          </SimpleGrid>
          <TrainingRisks risks={risks} />
          {datasets.isSuccess && ready.length === 0 && project !== null && (
            <Group gap="xs">
              <Text size="sm" c="dimmed">
                {t('newRun.noDatasetHint')}
              </Text>
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
        </section>
        <section className={`surface ${classes.section}`}>
          <Title order={2} size={15}>
            {t('newRun.how')}
          </Title>
          <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="md" verticalSpacing="md">
            {basicFields.map(input)}
          </SimpleGrid>
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            className={classes.more}
            aria-expanded={advanced}
            leftSection={
              advanced ? (
                <IconChevronDown size={16} aria-hidden />
              ) : (
                <IconChevronRight size={16} aria-hidden />
              )
            }
            onClick={advancedToggle.toggle}
          >
            {t('newRun.advanced')}
          </Button>
          <Collapse expanded={advanced}>
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
        </section>
      </Stack>
      <aside className={classes.side}>
        <section className={`surface ${classes.section}`}>
          <Title order={2} size={15}>
            {t('newRun.changed')}
          </Title>
          <ChangeList changes={changes} wrong={wrong} />
          {create.error && <ProblemAlert error={create.error} />}
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
        </section>
      </aside>
    </form>
  );
}
