import { Button, Text } from '@mantine/core';
import { code, DataTable, number, ShortHash } from '../../components/data-table.tsx';
import { Note } from '../../components/note.ts';
import { Section } from '../../components/page.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { useText } from '../../i18n/use-text.ts';
import type { EngineClient } from '../../rpc/client.ts';

interface VersionTableProps {
  readonly versions: Awaited<ReturnType<EngineClient['datasets']['show']>>['versions'];
  readonly shown: number | null;
  readonly onShow: (version: number) => void;
}

/** A dataset's versions: none ever changes. */
export function VersionTable({ versions, shown, onShow }: VersionTableProps) {
  const { t, format } = useText();
  if (versions.length === 0) return null;
  return (
    <Section title={t('datasets.versions')}>
      <DataTable
        minWidth={640}
        rows={versions}
        rowKey={({ version }) => version}
        columns={[
          [
            t('datasets.version'),
            ({ version, correctedSizes }) => (
              <>
                <Text size="sm" fw={600}>
                  v{version}
                </Text>
                {correctedSizes !== null && correctedSizes > 0 && (
                  <Note size="xs">{t('datasets.correctedSizes', { count: correctedSizes })}</Note>
                )}
              </>
            ),
          ],
          [t('datasets.imageCount'), ({ images }) => format.number(images), number],
          [t('datasets.size'), ({ sizeBytes }) => format.bytes(sizeBytes), number],
          [t('datasets.kept'), ({ mode }) => t(`datasets.modes.${mode}`)],
          [t('datasets.hash'), ({ manifestSha256 }) => <ShortHash hash={manifestSha256} length={12} />, code],
          [t('runs.created'), ({ createdAt }) => <TimeText time={createdAt} />],
          [
            '',
            ({ version }) => (
              <Button
                size="compact-xs"
                variant="default"
                disabled={version === shown}
                onClick={() => onShow(version)}
              >
                {t(version === shown ? 'datasets.shown' : 'datasets.show')}
              </Button>
            ),
            { ta: 'right' },
          ],
        ]}
      />
    </Section>
  );
}
