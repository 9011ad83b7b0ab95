import { Button, Checkbox, Group, Radio, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { IconFileZip, IconUpload } from '@tabler/icons-react';
import { importInput, importModes, type Validation } from '../../../shared/contract/datasets.ts';
import { useContractForm, useRefusal } from '../../components/contract-form.tsx';
import { FileDrop } from '../../components/file-drop.tsx';
import { FileProgress, notCounted } from '../../components/import-progress.tsx';
import { PathInput } from '../../components/path-input.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { ProjectSelect, useProject } from '../../components/project-select.tsx';
import { ServerFields } from '../../components/server-fields.tsx';
import { useText } from '../../i18n/use-text.ts';
import { useUnsaved } from '../../late/outdated.ts';
import { toProblem } from '../../rpc/problem.ts';
import { ReadingFields } from './reading-fields.tsx';
import {
  type Check,
  type ImportValues,
  type ImportWish,
  isInBucket,
  sentReading,
  useCheck,
} from './use-import.ts';
import { ValidationReport } from './validation-report.tsx';

interface ImportFormProps {
  readonly initial: ImportValues | null;
  readonly project: string | null;
  readonly source: string;
  /** Why the last import did not begin or end, and what was found in its source; null if it did. */
  readonly failure: { readonly error: unknown; readonly validation: Validation | null } | null;
  readonly onImport: (wish: ImportWish) => void;
  readonly onCancel: () => void;
}

const empty: ImportValues = {
  from: 'path',
  path: '',
  file: null,
  project: null,
  name: '',
  mode: 'copy',
  skipInvalid: false,
  format: 'auto',
  reading: { classesAt: null, namesEncoding: 'auto' },
};

/** What to import, and how. */
export function ImportForm({ initial, project, source, failure, onImport, onCancel }: ImportFormProps) {
  const { t, format: formatter } = useText();
  const { form, read } = useContractForm({
    schema: importInput,
    initialValues: initial ?? { ...empty, project, path: source },
    toInput: (values: ImportValues) => {
      const { from, file, path, name, mode, skipInvalid, format } = values;
      return {
        path: from === 'file' ? (file?.name ?? '') : path.trim(),
        project: known.project?.id,
        ...(name.trim() !== '' && { name }),
        // A file that was sent is the engine's own already, and a bucket's object no file of its machine: there is nothing to link to.
        mode: from === 'file' || isInBucket(path) ? 'copy' : mode,
        skipInvalid,
        format,
        reading: sentReading(values),
      };
    },
  });
  const { from, path, name, file, format, reading } = form.values;
  const known = useProject(form.values.project);
  const check = useCheck(form.values);
  const isSameSource =
    initial?.from === from &&
    initial.path === path &&
    initial.file === file &&
    initial.format === format &&
    initial.reading.classesAt === reading.classesAt &&
    initial.reading.namesEncoding === reading.namesEncoding &&
    initial.reading.s3?.endpoint === reading.s3?.endpoint &&
    initial.reading.s3?.profile === reading.s3?.profile;
  const isOfSource = failure !== null && ['path', 'format'].includes(toProblem(failure.error).field ?? '');
  const refusal = useRefusal(form, isOfSource && !isSameSource ? null : failure?.error);
  useRefusal(form, check.error);
  const projectError = () => {
    if (known.isGone) return t('gone.project.title');
    return known.isSuccess && !known.project ? t('datasets.noProject') : form.errors.project;
  };
  useUnsaved(path !== '' || name !== '' || file !== null);
  return (
    <form onSubmit={form.onSubmit((input) => onImport({ values: form.values, input }))}>
      <Stack gap="md">
        {refusal !== null && <ProblemAlert error={refusal} />}
        {failure?.validation && isSameSource && <ValidationReport validation={failure.validation} />}
        <SegmentedControl
          aria-label={t('datasets.from')}
          {...form.getInputProps('from', { withError: false })}
          // A phone has no room for both in one line.
          styles={{ label: { whiteSpace: 'normal' } }}
          data={[
            { value: 'path', label: t('datasets.fromPath') },
            { value: 'file', label: t('datasets.fromFile') },
          ]}
        />
        {from === 'path' ? (
          <PathInput
            data-autofocus
            label={t('datasets.path')}
            description={t('datasets.pathHint')}
            placeholder="/data/flowers"
            {...form.getInputProps('path')}
            kinds={['folder', 'archive']}
            onChoose={(found) => form.setFieldValue('path', found)}
            action={
              <Button
                variant="default"
                disabled={path.trim() === ''}
                loading={check.isPending}
                onClick={check.start}
              >
                {t('datasets.check')}
              </Button>
            }
          />
        ) : (
          <FileDrop
            accept=".zip,.tar,.tgz,.tar.gz"
            icon={file ? IconFileZip : IconUpload}
            label={t('datasets.drop')}
            title={file?.name}
            hint={file ? formatter.bytes(file.size) : t('datasets.dropHint')}
            error={form.errors.path}
            onFile={(next) => form.setFieldValue('file', next)}
          />
        )}
        {from === 'path' && isInBucket(path) && (
          <ServerFields
            server={reading.s3 ?? { endpoint: null, profile: null }}
            hint={t('datasets.s3EndpointHint')}
            onChange={(s3) => form.setFieldValue('reading', { ...reading, s3 })}
          />
        )}
        <CheckPanel check={check} />
        <Group grow align="flex-start">
          <ProjectSelect
            label={t('projects.one')}
            required
            allowDeselect={false}
            {...form.getInputProps('project')}
            value={known.project?.id ?? null}
            error={projectError()}
          />
          <TextInput
            label={t('common.name')}
            placeholder={t('datasets.namePlaceholder')}
            {...form.getInputProps('name')}
          />
        </Group>
        {from === 'path' && !isInBucket(path) && (
          <Radio.Group label={t('datasets.mode')} {...form.getInputProps('mode')}>
            <Stack gap={8} mt={6}>
              {importModes.map((one) => (
                <Radio
                  key={one}
                  value={one}
                  label={t(`datasets.modes.${one}`)}
                  description={t(`datasets.modeHints.${one}`)}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <ReadingFields
          format={form.getInputProps('format')}
          reading={reading}
          onChange={(next) => form.setFieldValue('reading', next)}
        />
        <Checkbox
          label={t('datasets.skipInvalid')}
          description={t('datasets.skipInvalidHint')}
          {...form.getInputProps('skipInvalid', { type: 'checkbox' })}
        />
        {known.error && <ProblemAlert error={known.error} onRetry={() => void known.refetch()} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" disabled={!read()}>
            {t('datasets.importNow')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A check under way, with a way to end it, and what it found. */
function CheckPanel({ check }: { readonly check: Check }) {
  const { t } = useText();
  return (
    <>
      {check.isPending && (
        <Stack gap="xs" role="status">
          <FileProgress progress={check.progress ?? notCounted} />
          <Group justify="flex-end">
            <Button variant="default" size="xs" onClick={check.reset}>
              {t('datasets.stopCheck')}
            </Button>
          </Group>
        </Stack>
      )}
      {check.error !== null && <ProblemAlert error={check.error} />}
      {check.data && <ValidationReport validation={check.data} />}
    </>
  );
}
