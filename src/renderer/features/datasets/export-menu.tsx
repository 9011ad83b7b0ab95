import { Button, Group, Menu, Modal, Stack } from '@mantine/core';
import { IconChevronDown, IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { DatasetVersion } from '../../../shared/contract/datasets.ts';
import { type ExportFormatName, exportFormats } from '../../../shared/model/export-formats.ts';
import { formatTitles } from '../../../shared/model/format-titles.ts';
import { Note } from '../../components/note.ts';
import { ProblemAlert, ProblemText } from '../../components/problem-alert.tsx';
import { useText } from '../../i18n/use-text.ts';
import { queries } from '../../rpc/client.ts';
import { useFileUrl } from '../../rpc/files.ts';

interface ExportMenuProps {
  readonly dataset: string;
  /** Undefined while there is none. */
  readonly version: Pick<DatasetVersion, 'version' | 'labels'> | undefined;
}

/** Downloads a version of labelled images in the format of others; nothing where images have classes only. */
export function ExportMenu({ dataset, version }: ExportMenuProps) {
  const { t } = useText();
  const [format, setFormat] = useState<ExportFormatName | null>(null);
  if (!version?.labels) return null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button
            variant="default"
            leftSection={<IconDownload size={16} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
          >
            {t('datasets.export.action')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {exportFormats.map((one) => (
            <Menu.Item key={one} onClick={() => setFormat(one)}>
              {formatTitles[one]}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={format !== null}
        onClose={() => setFormat(null)}
        title={t('datasets.export.title', {
          format: format ? formatTitles[format] : '',
          version: version.version,
        })}
        centered
        size="lg"
      >
        {format && (
          <ExportPlan input={{ dataset, version: version.version, format }} onClose={() => setFormat(null)} />
        )}
      </Modal>
    </>
  );
}

interface ExportPlanProps {
  readonly input: { readonly dataset: string; readonly version: number; readonly format: ExportFormatName };
  readonly onClose: () => void;
}

/** What comes out, what is lost, and the way to get it. */
function ExportPlan({ input, onClose }: ExportPlanProps) {
  const { t, format } = useText();
  const fileUrl = useFileUrl();
  const { data: plan, error, refetch } = useQuery(queries.datasets.exportPlan.queryOptions({ input }));
  return (
    <Stack gap="md" role="status">
      {error && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {!plan && !error && <Note>{t('datasets.export.measuring')}</Note>}
      {plan && (
        <>
          <Note>
            {t('datasets.export.amount', {
              images: format.number(plan.images),
              objects: format.number(plan.objects),
              size: format.bytes(plan.tarBytes),
            })}
          </Note>
          {plan.losses.length === 0 ? (
            <Note>{t('datasets.export.whole')}</Note>
          ) : (
            plan.losses.map((loss) => <ProblemText key={loss.code} problem={loss} fw={550} />)
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common.cancel')}
            </Button>
            <Button
              component="a"
              href={fileUrl(plan.url)}
              download
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={onClose}
            >
              {t('common.download')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}
