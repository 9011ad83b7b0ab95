import { Button, Checkbox, Group, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconFileExport } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { templateFields } from '../../shared/contract/templates.ts';
import type { TrainingOverrides } from '../../shared/model/training-config.ts';
import { useText } from '../i18n/use-text.ts';
import { configText } from '../late/config-text.ts';
import { engine, queries } from '../rpc/client.ts';
import { Note } from './note.ts';
import { ProblemAlert } from './problem-alert.tsx';
import { saveFile } from './save-file.ts';
import { FormDialog } from './write-dialog.tsx';

interface KeepSettingsProps {
  /** Null while something in it is wrong. */
  readonly config: TrainingOverrides | null;
  /** Of the file, without its ending. */
  readonly fileName: string;
  readonly onKept?: (templateId: string) => void;
}

/** Keeps settings as a template, or as a file that the form and the command line take. */
export function KeepSettings({ config, fileName, onKept }: KeepSettingsProps) {
  const { t } = useText();
  const [opened, dialog] = useDisclosure(false);
  const write = useMutation({
    mutationFn: async (written: TrainingOverrides) => {
      const { writeConfigText } = await configText();
      saveFile(`${fileName}.yaml`, [writeConfigText(written)]);
    },
    gcTime: 0,
  });
  return (
    <Group gap="xs">
      <Button
        size="compact-sm"
        variant="default"
        disabled={config === null}
        leftSection={<IconBookmark size={15} aria-hidden />}
        onClick={dialog.open}
      >
        {t('templates.save')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={config === null}
        leftSection={<IconFileExport size={15} aria-hidden />}
        loading={write.isPending}
        onClick={() => config && write.mutate(config)}
      >
        {t('templates.toFile')}
      </Button>
      {write.error && <ProblemAlert error={write.error} />}
      <FormDialog
        opened={opened}
        onClose={dialog.close}
        title={t('templates.save')}
        send={({ name, replace }, options) =>
          engine.templates.save({ name, replace, config: config ?? {} }, options)
        }
        onDone={({ id }) => onKept?.(id)}
        refresh={queries.templates.key()}
        action={t('common.save')}
        form={{ schema: templateFields, initialValues: { name: '', replace: false } }}
      >
        {(form) => (
          <>
            <Note>{t('templates.hint')}</Note>
            <TextInput data-autofocus required label={t('common.name')} {...form.getInputProps('name')} />
            <Checkbox
              label={t('templates.replace')}
              {...form.getInputProps('replace', { type: 'checkbox' })}
            />
          </>
        )}
      </FormDialog>
    </Group>
  );
}
