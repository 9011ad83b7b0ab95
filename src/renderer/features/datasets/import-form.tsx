import { Button, Checkbox, Group, Radio, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { IconFolderOpen } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { importModes, type Reading } from '../../../shared/contract/datasets.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useUnsaved } from '../../late/use-unsaved.ts';
import { queries } from '../../rpc/client.ts';
import { CheckPanel } from './check-panel.tsx';
import { FileDrop } from './file-drop.tsx';
import { ReadingFields } from './reading-fields.tsx';
import { useCheck } from './use-check.ts';
import type { ImportWish } from './use-import.ts';

interface ImportFormProps {
  readonly initial: ImportWish | null;
  readonly project: string | null;
  readonly onImport: (wish: ImportWish) => void;
  readonly onCancel: () => void;
}

/** What to import, and how. */
export function ImportForm({ initial, project, onImport, onCancel }: ImportFormProps) {
  const { t } = useTranslation();
  const source = initial?.source;
  const [from, setFrom] = useState<'path' | 'file'>(source && 'file' in source ? 'file' : 'path');
  const [path, setPath] = useState(source && 'path' in source ? source.path : '');
  const [file, setFile] = useState<File | null>(source && 'file' in source ? source.file : null);
  const [chosen, setChosen] = useState(initial?.project ?? project);
  const [name, setName] = useState(initial?.name ?? '');
  const [mode, setMode] = useState<ImportWish['mode']>(initial?.mode ?? 'copy');
  const [skipInvalid, setSkipInvalid] = useState(initial?.skipInvalid ?? false);
  const [reading, setReading] = useState<Reading>(
    initial?.reading ?? { classesAt: null, namesEncoding: 'auto' },
  );
  const projects = useQuery(queries.projects.list.queryOptions({ input: {} }));
  const check = useCheck();
  const all = projects.data?.projects ?? [];
  const target =
    chosen === null ? (all[0] ?? null) : all.find(({ id, name: one }) => [id, one].includes(chosen));
  const projectError = () => {
    if (projects.data?.projects.length === 0) return t('datasets.noProject');
    return projects.isSuccess && !target ? t('gone.project.title') : undefined;
  };
  const ready = target && (from === 'path' ? path.trim() !== '' : file !== null);
  const desktop = window.trainyardDesktop;

  useUnsaved(path !== '' || name !== '' || file !== null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!target) return;
    const wished = from === 'file' && file ? { file } : { path: path.trim() };
    // A file that was sent is the engine's own already: there is nothing to link to.
    onImport({
      source: wished,
      project: target.id,
      name,
      mode: 'file' in wished ? 'copy' : mode,
      skipInvalid,
      reading,
    });
  };
  const choose = async (kind: 'folder' | 'archive') => {
    const found = await desktop?.choosePath(kind);
    if (found) setPath(found);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <SegmentedControl
          aria-label={t('datasets.from')}
          value={from}
          onChange={setFrom}
          data={[
            { value: 'path', label: t('datasets.fromPath') },
            { value: 'file', label: t('datasets.fromFile') },
          ]}
        />
        {from === 'path' ? (
          <Group align="flex-end" gap="xs" wrap="nowrap">
            <TextInput
              data-autofocus
              style={{ flex: 1 }}
              label={t('datasets.path')}
              description={t('datasets.pathHint')}
              placeholder="/data/flowers"
              styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
              spellCheck={false}
              value={path}
              onChange={(event) => {
                setPath(event.currentTarget.value);
                check.reset();
              }}
            />
            {desktop && (
              <Button
                variant="default"
                leftSection={<IconFolderOpen size={16} aria-hidden />}
                onClick={() => void choose('folder')}
              >
                {t('datasets.choose')}
              </Button>
            )}
            <Button
              variant="default"
              disabled={path.trim() === ''}
              loading={check.isPending}
              onClick={() => check.start(path.trim(), reading)}
            >
              {t('datasets.check')}
            </Button>
          </Group>
        ) : (
          <FileDrop file={file} onFile={setFile} />
        )}
        <CheckPanel check={check} />
        <Group grow align="flex-start">
          <Select
            label={t('datasets.project')}
            required
            searchable
            allowDeselect={false}
            data={all.map(({ id, name: label }) => ({ value: id, label }))}
            value={target?.id ?? null}
            onChange={setChosen}
            nothingFoundMessage={t('common.noMatch')}
            error={projectError()}
          />
          <TextInput
            label={t('datasets.name')}
            placeholder={t('datasets.namePlaceholder')}
            maxLength={255}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </Group>
        {from === 'path' && (
          <Radio.Group
            label={t('datasets.mode')}
            value={mode}
            onChange={(value) => setMode(importModes.find((one) => one === value) ?? 'copy')}
          >
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
          reading={reading}
          onChange={(next) => {
            setReading(next);
            check.reset();
          }}
        />
        <Checkbox
          label={t('datasets.skipInvalid')}
          description={t('datasets.skipInvalidHint')}
          checked={skipInvalid}
          onChange={(event) => setSkipInvalid(event.currentTarget.checked)}
        />
        {projects.error && <ProblemAlert error={projects.error} onRetry={() => void projects.refetch()} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" disabled={!ready}>
            {t('datasets.importNow')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
