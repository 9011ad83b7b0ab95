import { Autocomplete, PasswordInput, TextInput } from '@mantine/core';
import { pullWeightsInput } from '../../../shared/contract/weights.ts';
import { FormDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';

interface PullDialogProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  /** Models that are offered by name. */
  readonly models: readonly string[];
  /** What the form begins with, as when a download is tried again. */
  readonly wish?: { readonly model: string; readonly name: string } | null;
}

interface Values {
  readonly [key: string]: unknown;
  readonly model: string;
  readonly name: string;
  readonly mirror: string;
  readonly sha256: string;
  readonly token: string;
}

const empty: Values = { model: '', name: '', mirror: '', sha256: '', token: '' };
const optional = ['name', 'mirror', 'sha256', 'token'] as const;

/** Fetches the weights of a model from its hub. */
export function PullDialog({ models, wish, ...dialog }: PullDialogProps) {
  const { t } = useText();
  return (
    <FormDialog
      {...dialog}
      title={t('weights.pull')}
      send={(input, options) => engine.weights.pull(input, options)}
      refresh={queries.weights.key()}
      action={t('weights.pullNow')}
      form={{
        schema: pullWeightsInput,
        initialValues: { ...empty, ...wish },
        toInput: (values: Values) => ({
          model: values.model.trim(),
          ...Object.fromEntries(
            optional.flatMap((field) => (values[field].trim() === '' ? [] : [[field, values[field].trim()]])),
          ),
        }),
        check: 'blur',
      }}
    >
      {(form) => (
        <>
          <Autocomplete
            data-autofocus
            required
            label={t('weights.model')}
            description={t('weights.pullHint')}
            placeholder="timm/resnet18"
            data={[...models]}
            openOnFocus={false}
            spellCheck={false}
            {...form.getInputProps('model')}
          />
          <TextInput
            label={t('weights.name')}
            placeholder={t('weights.namePlaceholder')}
            {...form.getInputProps('name')}
          />
          <TextInput
            label={t('weights.mirror')}
            description={t('weights.mirrorHint')}
            placeholder="https://hf-mirror.com"
            spellCheck={false}
            {...form.getInputProps('mirror')}
          />
          <TextInput
            label={t('weights.sha256')}
            description={t('weights.sha256Hint')}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            spellCheck={false}
            {...form.getInputProps('sha256')}
          />
          <PasswordInput
            label={t('weights.token')}
            description={t('weights.tokenHint')}
            autoComplete="off"
            {...form.getInputProps('token')}
          />
        </>
      )}
    </FormDialog>
  );
}
