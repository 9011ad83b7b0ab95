import { Autocomplete, Progress, SegmentedControl, TextInput } from '@mantine/core';
import { IconFile, IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { addWeightsInput } from '../../../shared/contract/weights.ts';
import { FileDrop } from '../../components/file-drop.tsx';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { uploadFile } from '../../rpc/upload.ts';

interface AddDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Models that are offered by name. */
  readonly models: readonly string[];
}

interface Values {
  readonly [key: string]: unknown;
  readonly from: 'path' | 'file';
  readonly path: string;
  readonly file: File | null;
  readonly model: string;
  readonly name: string;
}

const empty: Values = { from: 'path', path: '', file: null, model: '', name: '' };

/** Stores a file of weights: of the engine's machine, or of this one. */
export function AddDialog({ models, ...dialog }: AddDialogProps) {
  const { t, format } = useText();
  const [chosen, setChosen] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  return (
    <FormDialog
      {...dialog}
      title={t('weights.add')}
      send={async (input, options) => {
        if (!chosen || input.path !== chosen.name) return engine.weights.add(input, options);
        const path = await uploadFile(chosen, setSent, options.signal);
        return engine.weights.add({ ...input, path }, options);
      }}
      onDone={() => {
        setChosen(null);
        setSent(0);
      }}
      refresh={queries.weights.key()}
      action={t('weights.addNow')}
      form={{
        schema: addWeightsInput,
        initialValues: empty,
        toInput: ({ from, path, file, model, name }: Values) => ({
          path: from === 'file' ? (file?.name ?? '') : path.trim(),
          ...(model.trim() !== '' && { model: model.trim() }),
          ...(name.trim() !== '' && { name: name.trim() }),
        }),
      }}
    >
      {(form) => {
        const { from, file } = form.values;
        return (
          <>
            <SegmentedControl
              aria-label={t('weights.fromWhere')}
              {...form.getInputProps('from', { withError: false })}
              styles={{ label: { whiteSpace: 'normal' } }}
              data={[
                { value: 'path', label: t('weights.fromPath') },
                { value: 'file', label: t('weights.fromFile') },
              ]}
            />
            {from === 'path' ? (
              <TextInput
                data-autofocus
                required
                label={t('weights.path')}
                description={t('weights.pathHint')}
                placeholder="/data/resnet18.safetensors"
                styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
                spellCheck={false}
                {...form.getInputProps('path')}
              />
            ) : (
              <FileDrop
                accept=".safetensors,.pt,.pth,.bin"
                icon={file ? IconFile : IconUpload}
                label={t('weights.drop')}
                title={file?.name}
                hint={file ? format.bytes(file.size) : t('weights.dropHint')}
                error={form.errors.path}
                onFile={(next) => {
                  setChosen(next);
                  form.setFieldValue('file', next);
                }}
              />
            )}
            {file && sent > 0 && (
              <Progress value={(sent / Math.max(1, file.size)) * 100} aria-label={t('weights.uploading')} />
            )}
            <Autocomplete
              label={t('weights.model')}
              description={t('weights.modelHint')}
              placeholder="timm/resnet18"
              data={[...models]}
              spellCheck={false}
              {...form.getInputProps('model')}
            />
            <TextInput
              label={t('weights.name')}
              placeholder={t('weights.namePlaceholder')}
              {...form.getInputProps('name')}
            />
          </>
        );
      }}
    </FormDialog>
  );
}
