import { Button, Modal, Stack, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Project, type ProjectFields, projectFields } from '../../../shared/contract/projects.ts';
import { useContractForm, useRefusal } from '../../components/form/contract-form.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useWrite, type Write } from '../../components/use-write.ts';
import { WriteActions } from '../../components/write-actions.tsx';
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
  const navigate = useNavigate();
  const client = useQueryClient();
  const save = useWrite({
    send: ({ name, description, tags }: ProjectFields, options) => {
      const text = description.trim();
      if (project) {
        const changed = { project: project.id, name, description: text || null, tags };
        return engine.projects.update(changed, options);
      }
      return engine.projects.create({ name, tags, ...(text && { description: text }) }, options);
    },
    onDone: (saved) => {
      onClose();
      return project ?? navigate({ to: '/projects/$projectId', params: { projectId: saved.id } });
    },
    refresh: () => client.invalidateQueries({ queryKey: queries.projects.key() }),
    onClose,
  });
  return (
    <Modal opened={opened} onClose={save.close} title={project ? t('projects.edit') : t('projects.new')}>
      <ProjectForm save={save} project={project} />
    </Modal>
  );
}

interface ProjectFormProps {
  readonly project: Project | null;
  readonly save: Write<ProjectFields>;
}

function ProjectForm({ save, project }: ProjectFormProps) {
  const { t } = useTranslation();
  const { form, read } = useContractForm({
    schema: projectFields,
    initialValues: {
      name: project?.name ?? '',
      description: project?.description ?? '',
      tags: project?.tags ?? [],
    },
  });
  const refusal = useRefusal(form, save.error);
  useUnsaved(form.isDirty());
  const submit = form.onSubmit(save.start);
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
        {refusal !== null && <ProblemAlert error={refusal} />}
        <WriteActions write={save}>
          <Button type="submit" loading={save.isPending} disabled={!read()}>
            {project ? t('common.save') : t('common.create')}
          </Button>
        </WriteActions>
      </Stack>
    </form>
  );
}
