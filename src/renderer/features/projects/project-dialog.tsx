import { Modal, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Project, type ProjectFields, projectFields } from '../../../shared/contract/projects.ts';
import { useContractForm } from '../../components/contract-form.tsx';
import { useWrite, type Write } from '../../components/use-write.ts';
import { WriteForm } from '../../components/write-dialog.tsx';
import { useUnsaved } from '../../late/outdated.ts';
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
    refresh: queries.projects.key(),
    onClose,
  });
  return (
    <Modal opened={opened} onClose={save.close} title={t(project ? 'projects.edit' : 'projects.new')}>
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
  const { name = '', description, tags = [] } = project ?? {};
  const { form, read } = useContractForm({
    schema: projectFields,
    initialValues: { name, description: description ?? '', tags },
  });
  useUnsaved(form.isDirty());
  return (
    <WriteForm
      form={form}
      write={save}
      action={t(project ? 'common.save' : 'common.create')}
      disabled={!read()}
    >
      <TextInput
        data-autofocus
        required
        label={t('common.name')}
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
    </WriteForm>
  );
}
