import { Button, Table, Text, Title, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { TimeText } from '../../components/time-text.tsx';
import { useFormat } from '../../format/use-format.ts';
import type { EngineClient } from '../../rpc/client.ts';

type Version = Awaited<ReturnType<EngineClient['datasets']['show']>>['versions'][number];

interface VersionTableProps {
  readonly versions: readonly Version[];
  readonly shown: number | null;
  readonly onShow: (version: number) => void;
}

/** A dataset's versions: none ever changes. */
export function VersionTable({ versions, shown, onShow }: VersionTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (versions.length === 0) return null;
  return (
    <section aria-labelledby="dataset-versions">
      <Title order={2} size={16} mb="sm" id="dataset-versions">
        {t('datasets.versions')}
      </Title>
      <div className="surface" style={{ overflowX: 'auto' }}>
        <Table fz="sm" miw={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('datasets.version')}</Table.Th>
              <Table.Th ta="right">{t('datasets.imageCount')}</Table.Th>
              <Table.Th ta="right">{t('datasets.size')}</Table.Th>
              <Table.Th>{t('datasets.kept')}</Table.Th>
              <Table.Th>{t('datasets.hash')}</Table.Th>
              <Table.Th>{t('runs.created')}</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {versions.map((one) => (
              <Table.Tr key={one.version}>
                <Table.Td>
                  <Text size="sm" fw={600}>
                    v{one.version}
                  </Text>
                  {one.correctedSizes !== null && one.correctedSizes > 0 && (
                    <Text size="xs" c="dimmed">
                      {t('datasets.correctedSizes', { count: one.correctedSizes })}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {format.number(one.images)}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {format.bytes(one.sizeBytes)}
                </Table.Td>
                <Table.Td>{t(`datasets.modes.${one.mode}`)}</Table.Td>
                <Table.Td className="mono">
                  <Tooltip label={one.manifestSha256}>
                    <span>{one.manifestSha256.slice(0, 12)}</span>
                  </Tooltip>
                </Table.Td>
                <Table.Td>
                  <TimeText time={one.createdAt} />
                </Table.Td>
                <Table.Td ta="right">
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={one.version === shown}
                    onClick={() => onShow(one.version)}
                  >
                    {one.version === shown ? t('datasets.shown') : t('datasets.show')}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  );
}
