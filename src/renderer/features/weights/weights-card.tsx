import { ActionIcon, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconRefresh, IconTrash } from '@tabler/icons-react';
import type { Weights, WeightsProgress } from '../../../shared/contract/weights.ts';
import { sourceOf } from '../../../shared/model/weights-source.ts';
import classes from '../../components/card.module.css';
import { Note, Tag } from '../../components/note.ts';
import type { CardPlace } from '../../components/pages/card-grid.tsx';
import { ProblemText } from '../../components/problem-alert.tsx';
import { WeightsStatus } from '../../components/status-badge.tsx';
import { TimeText } from '../../components/time-text.tsx';
import { ConfirmDialog } from '../../components/write-dialog.tsx';
import { useText } from '../../i18n/use-text.ts';
import { engine, queries } from '../../rpc/client.ts';
import { useWeightsProgress } from './use-weights-progress.ts';

/** Room for what a failure says. */
export const weightsCardHeight = 176;

/** Where weights come from that were fetched; others come from a path or an upload. */
const fetched = /^https?:/;

interface WeightsCardProps {
  readonly weights: Weights;
  readonly place: CardPlace;
  /** Asks for them at their hub again. */
  readonly onPull: (wish: { readonly model: string; readonly name: string }) => void;
}

/** Stored weights at a glance. */
export function WeightsCard({ weights, place, onPull }: WeightsCardProps) {
  const { t, format } = useText();
  const [asked, ask] = useDisclosure(false);
  const progress = useWeightsProgress(weights);
  const { id, name, model, status, format: kind, sizeBytes, sha256, source, error, createdAt } = weights;
  const remove = t('weights.remove', { name });
  return (
    <Stack
      component="article"
      {...place}
      gap={6}
      mih={weightsCardHeight}
      p="14px 18px"
      className={`surface ${classes.card}`}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text fw={600} truncate title={name}>
          {name}
        </Text>
        <Group gap={6} wrap="nowrap">
          <WeightsStatus status={status} />
          {status !== 'removing' && (
            <ActionIcon variant="subtle" color="gray" aria-label={remove} title={remove} onClick={ask.open}>
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          )}
        </Group>
      </Group>
      <Group gap={6} mih={22}>
        <Tag>{model ?? t('weights.anyModel')}</Tag>
        {kind && <Tag {...(kind === 'pickle' && { title: t('weights.pickle') })}>{kind}</Tag>}
      </Group>
      <Stack gap={6} flex={1}>
        {progress && <ProgressBar progress={progress} />}
        {error && <ProblemText problem={error} />}
        {error && model !== null && fetched.test(source) && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh aria-hidden size={14} />}
            style={{ alignSelf: 'flex-start' }}
            onClick={() => onPull({ model, name })}
          >
            {t('common.retry')}
          </Button>
        )}
        {!error && (
          <Note size="xs" lineClamp={2} title={sourceOf(weights)} style={{ overflowWrap: 'anywhere' }}>
            {t('weights.from', { source: sourceOf(weights) })}
          </Note>
        )}
      </Stack>
      <Group gap="md" fz={12} className="muted tabular" wrap="nowrap">
        {sha256 && <span>{format.bytes(sizeBytes)}</span>}
        {sha256 && (
          <span className="mono" title={`SHA-256 ${sha256}`}>
            {sha256.slice(0, 12)}
          </span>
        )}
        <span style={{ marginLeft: 'auto' }}>
          <TimeText time={createdAt} />
        </span>
      </Group>
      <ConfirmDialog
        opened={asked}
        onClose={ask.close}
        title={t('common.deleteTitle', { name })}
        text={t('weights.removeText')}
        send={(_nothing, options) => engine.weights.remove({ weights: id }, options)}
        refresh={queries.weights.key()}
        action={t('common.delete')}
        dangerous
      />
    </Stack>
  );
}

/** How far a download or a copy is. */
function ProgressBar({ progress }: { readonly progress: WeightsProgress }) {
  const { t, format } = useText();
  const { phase, done, total, secondsLeft } = progress;
  const name = t(`weights.phases.${phase}`);
  const facts = [
    phase !== 'waiting' &&
      (total === null ? format.bytes(done) : `${format.bytes(done)} / ${format.bytes(total)}`),
    secondsLeft !== null &&
      secondsLeft > 0 &&
      t('datasets.timeLeft', { time: format.duration(secondsLeft * 1000) }),
  ].filter((fact) => fact !== false);
  return (
    <div role="status">
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="xs" fw={550}>
          {name}
        </Text>
        <Note size="xs" className="tabular">
          {facts.join(' · ')}
        </Note>
      </Group>
      <Progress value={total ? (done / total) * 100 : 100} animated={!total} aria-label={name} />
    </div>
  );
}
