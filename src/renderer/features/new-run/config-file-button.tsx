import { Alert, Button, FileButton, Group } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { IconFileImport } from '@tabler/icons-react';
import { useState } from 'react';
import type { ConfigText, ConfigTextFault } from '../../../shared/format/config-text.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import { Note } from '../../components/note.ts';
import { useText } from '../../i18n/use-text.ts';
import { configText } from '../../late/config-text.ts';

/** Reads a chosen file, which may be gone by now, or a folder that was dropped. */
async function readFile(file: File): Promise<ConfigText> {
  try {
    const { configTooLarge, largestConfig, readConfigText } = await configText();
    if (file.size > largestConfig) return { overrides: null, fault: configTooLarge };
    return readConfigText(await file.text(), /\.json$/i.test(file.name));
  } catch {
    const problem = { en: 'the file can’t be read', ko: '파일을 읽을 수 없습니다' };
    return { overrides: null, fault: { line: 1, field: '', problem } };
  }
}

const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

interface ConfigFileButtonProps {
  readonly onConfig: (overrides: TrainingOverrides) => void;
}

/** Takes a config from a file of YAML or JSON, chosen or dropped; says by line and field what is wrong with it, and then changes nothing. */
export function ConfigFileButton({ onConfig }: ConfigFileButtonProps) {
  const { t, language, format } = useText();
  const [refused, setRefused] = useState<{ readonly name: string; readonly fault: ConfigTextFault } | null>(
    null,
  );
  const [taken, setTaken] = useState<string | null>(null);
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    const { name } = file;
    const { overrides, fault } = await readFile(file);
    setRefused(fault && { name, fault });
    setTaken(fault ? null : name);
    if (overrides) onConfig(overrides);
  };
  // Anywhere on the page: a browser shows a file that falls beside a target instead of the page, and the form is gone.
  useWindowEvent('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  useWindowEvent('drop', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    void take(event.dataTransfer?.files[0]);
  });
  return (
    <div>
      <Group gap="xs">
        <FileButton accept=".yaml,.yml,.json" onChange={(file) => void take(file)}>
          {(button) => (
            <Button
              {...button}
              size="compact-sm"
              variant="default"
              leftSection={<IconFileImport size={15} aria-hidden />}
            >
              {t('newRun.fromFile')}
            </Button>
          )}
        </FileButton>
        <Note size="xs">
          {taken === null ? t('newRun.fromFileHint') : t('newRun.taken', { name: taken })}
        </Note>
      </Group>
      {refused && (
        <Alert color="red" role="alert" mt="xs" title={t('newRun.refused', { name: refused.name })}>
          {[
            t('newRun.line', { line: format.number(refused.fault.line) }),
            ...(refused.fault.field === '' ? [] : [refused.fault.field]),
            refused.fault.problem[language],
          ].join(' · ')}
        </Alert>
      )}
    </div>
  );
}
