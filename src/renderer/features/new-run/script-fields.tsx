import { SimpleGrid, Stack, Textarea, TextInput, type TextInputProps } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { CreateRunInput } from '../../../shared/contract/runs.ts';
import { Section } from '../../components/page.tsx';
import { PathInput } from '../../components/path-input.tsx';
import { ProjectSelect } from '../../components/project-select.tsx';
import { useText } from '../../i18n/use-text.ts';
import type { RunValues } from './run-values.ts';

const inputWrapperOrder: TextInputProps['inputWrapperOrder'] = ['label', 'input', 'description', 'error'];
const typed = {
  styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)' } },
  ...{ inputWrapperOrder, spellCheck: false, autoComplete: 'off' },
};

/** A script of somebody's own: what is started, where, and with what. */
export function ScriptFields({ form }: { readonly form: UseFormReturnType<RunValues, CreateRunInput> }) {
  const { t } = useText();
  return (
    <Section panel title={t('script.title')} mb={16}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
          <ProjectSelect
            label={t('projects.one')}
            required
            allowDeselect={false}
            {...form.getInputProps('project')}
            value={form.values.project}
          />
          <TextInput
            label={t('common.name')}
            placeholder={t('script.namePlaceholder')}
            {...form.getInputProps('name')}
          />
        </SimpleGrid>
        <TextInput
          {...typed}
          withAsterisk
          label={t('script.command')}
          description={t('script.commandHint')}
          placeholder="python train.py --epochs 10"
          {...form.getInputProps('script.command')}
        />
        <PathInput
          kinds={['folder']}
          {...typed}
          withAsterisk
          label={t('script.folder')}
          description={t('script.folderHint')}
          placeholder="/home/me/detector"
          {...form.getInputProps('script.folder')}
          onChoose={(found) => form.setFieldValue('script.folder', found)}
        />
        <TextInput
          {...typed}
          label={t('script.image')}
          description={t('script.imageHint')}
          placeholder={t('script.imagePlaceholder')}
          {...form.getInputProps('script.image')}
        />
        <Textarea
          {...typed}
          label={t('script.environment')}
          description={t('script.environmentHint')}
          autosize
          minRows={2}
          maxRows={12}
          {...form.getInputProps('script.environment')}
        />
      </Stack>
    </Section>
  );
}
