import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Project, type ProjectFields, projectFields } from '../../../shared/contract/projects.ts';
import { useContractForm, useRefusedField } from '../../components/form/contract-form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useUnsaved } from '../../late/use-unsaved.ts';
import { engine, queries } from '../../rpc/client.ts';

interface ProjectDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** The project to change; null makes a new one. */
  readonly project: Project | null;
}

/** Creates a project or changes one. */
export function ProjectDialog({ opened, onClose, project }: ProjectDialogProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={project ? t('projects.edit') : t('projects.new')}>
      <ProjectForm onClose={onClose} project={project} />
    </Modal>
  );
}

function ProjectForm({ onClose, project }: Omit<ProjectDialogProps, 'opened'>) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { form, read } = useContractForm({
    schema: projectFields,
    initialValues: {
      name: project?.name ?? '',
      description: project?.description ?? '',
      tags: project?.tags ?? [],
    },
  });
  const save = useMutation({
    mutationFn: async ({ name, description, tags }: ProjectFields) => {
      const text = description.trim();
      if (project) {
        return engine.projects.update({ project: project.id, name, description: text || null, tags });
      }
      return engine.projects.create({ name, tags, ...(text && { description: text }) });
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: queries.projects.key() });
      onClose();
      if (!project) await navigate({ to: '/projects/$projectId', params: { projectId: saved.id } });
    },
  });
  useRefusedField(form, save.error);
  useUnsaved(form.isDirty());
  const submit = form.onSubmit((values) => save.mutate(values));
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          required
          label={t('projects.name')}
          placeholder={t('projects.namePlaceholder')}
          {...form.getInputProps('name')}
        />
        <Textarea
          label={t('projects.description')}
          autosize
          minRows={3}
          maxRows={8}
          {...form.getInputProps('description')}
        />
        <TagsInput
          label={t('projects.tags')}
          description={t('projects.tagsHint')}
          {...form.getInputProps('tags')}
        />
        {save.error && <ProblemAlert error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={!read()}>
            {project ? t('common.save') : t('common.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
