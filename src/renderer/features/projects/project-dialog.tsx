import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Project } from '../../../shared/contract/projects.ts';
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
  const [name, setName] = useState(project?.name ?? '');
  const [description, setDescription] = useState(project?.description ?? '');
  const [tags, setTags] = useState<string[]>(project?.tags ?? []);
  const save = useMutation({
    mutationFn: async () => {
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
  useUnsaved(name !== (project?.name ?? '') || description !== (project?.description ?? ''));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          data-autofocus
          required
          maxLength={255}
          label={t('projects.name')}
          placeholder={t('projects.namePlaceholder')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t('projects.description')}
          autosize
          minRows={3}
          maxRows={8}
          maxLength={10_000}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <TagsInput
          label={t('projects.tags')}
          description={t('projects.tagsHint')}
          maxTags={50}
          value={tags}
          onChange={setTags}
        />
        {save.error && <ProblemAlert error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
            {project ? t('common.save') : t('common.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
