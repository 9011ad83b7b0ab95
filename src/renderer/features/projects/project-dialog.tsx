import { TagsInput, Textarea, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type Project, projectFields } from '../../../shared/contract/projects.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

interface ProjectDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** The project to change; null makes a new one. */
  readonly project: Project | null;
}

/** Creates a project or changes one. */
export function ProjectDialog({ project, ...dialog }: ProjectDialogProps) {
  const { t } = useText();
  const navigate = useNavigate();
  const { name: oldName = '', description: oldDescription, tags: oldTags = [] } = project ?? {};
  return (
    <FormDialog
      {...dialog}
      centered={false}
      title={t(project ? 'projects.edit' : 'projects.new')}
      send={({ name, description, tags }, options) => {
        const text = description.trim();
        if (project) {
          const changed = { project: project.id, name, description: text || null, tags };
          return engine.projects.update(changed, options);
        }
        return engine.projects.create({ name, tags, ...(text && { description: text }) }, options);
      }}
      onDone={(saved) => project ?? navigate({ to: '/projects/$projectId', params: { projectId: saved.id } })}
      refresh={queries.projects.key()}
      action={t(project ? 'common.save' : 'common.create')}
      form={{
        schema: projectFields,
        initialValues: { name: oldName, description: oldDescription ?? '', tags: oldTags },
      }}
    >
      {(form) => (
        <>
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
        </>
      )}
    </FormDialog>
  );
}
