import { Alert, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconLicense, IconReplace } from '@tabler/icons-react';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { taskWords } from '../../../shared/format/task.ts';
import { LinkButton } from '../../components/links.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { ProjectSelect } from '../../components/project-select.tsx';
import { TrainingRisks } from '../../components/training-risks.tsx';
import { capitalised } from '../../i18n/texts/text.ts';
import { useText } from '../../i18n/use-text.ts';
import { DatasetSelect } from './dataset-select.tsx';
import { ExecutorSelect } from './executor-select.tsx';
import type { RunValues } from './run-values.ts';
import type { Choice, NamedDataset } from './use-choice.ts';

interface WhatToTrainProps {
  readonly form: UseFormReturnType<RunValues, CreateRunInput>;
  readonly choice: Choice;
  readonly named: NamedDataset | null;
  readonly version: number | null;
}

/** Project, dataset, model and where it is trained. */
export function WhatToTrain({ form, choice, named, version }: WhatToTrainProps) {
  const { t, language } = useText();
  const { datasets, ready, kept, dataset, tasks, task, fitting, model, unfitting, executors, risks } = choice;
  const { project, executor } = form.values;
  const isEmpty = datasets.isSuccess && ready.length === 0;
  return (
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
            placeholder={isEmpty ? t('newRun.noDataset') : undefined}
            newest={kept}
            labelOf={(one) => `${one.name} v${(one.id === named?.id && version) || one.version}`}
            {...form.getInputProps('dataset')}
            value={dataset}
          />
          {tasks.length > 1 && (
            <Select
              label={t('newRun.task')}
              allowDeselect={false}
              description={t('newRun.taskHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              data={tasks.map((one) => ({ value: one, label: capitalised(taskWords[one][language]) }))}
              {...form.getInputProps('task')}
              value={task}
            />
          )}
          <Select
            label={t('runs.model')}
            required
            searchable
            allowDeselect={false}
            description={model?.description[language]}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            nothingFoundMessage={t('common.noMatch')}
            data={[...new Set([...fitting.map(({ id }) => id), ...(model ? [model.id] : [])])]}
            {...form.getInputProps('model')}
            value={model?.id ?? null}
          />
          <ExecutorSelect
            {...{ model, executors }}
            {...form.getInputProps('executor')}
            value={model && executor !== 'auto' && !model.executors.includes(executor) ? 'auto' : executor}
          />
          <TextInput
            label={t('common.name')}
            placeholder={t('newRun.namePlaceholder')}
            {...form.getInputProps('name')}
          />
        </SimpleGrid>
        {model !== null && unfitting !== null && (
          <Alert color="yellow" icon={<IconReplace aria-hidden />}>
            {t('newRun.unfitting', { chosen: unfitting, used: model.id })}
          </Alert>
        )}
        {model?.license != null && (
          <Alert
            color="yellow"
            icon={<IconLicense aria-hidden />}
            title={t('newRun.license', { license: model.license })}
          >
            {t('newRun.licenseHint')}
          </Alert>
        )}
        <TrainingRisks risks={risks} />
        {isEmpty && project !== null && (
          <Group gap="xs">
            <Note>{t('newRun.noDatasetHint')}</Note>
            <LinkButton size="compact-sm" variant="default" to="/datasets" search={{ import: true, project }}>
              {t('datasets.import')}
            </LinkButton>
          </Group>
        )}
      </Stack>
    </Section>
  );
}
