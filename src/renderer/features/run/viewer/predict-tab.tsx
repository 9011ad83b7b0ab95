import { Button, Group, Loader, Skeleton, Stack } from '@mantine/core';
import { IconPhotoSearch, IconPhotoUp } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { mostImageBytes } from '../../../../shared/contract/predictions.ts';
import type { Run } from '../../../../shared/contract/runs.ts';
import { TrainyardError } from '../../../../shared/errors/error.ts';
import { CommandLine } from '../../../components/command-line.tsx';
import { commandsIn } from '../../../components/commands-in.ts';
import { EmptyState } from '../../../components/empty-state.tsx';
import { FileDrop } from '../../../components/file-drop.tsx';
import { Note } from '../../../components/note.ts';
import { ProblemAlert, useKnownProblem } from '../../../components/problem-alert.tsx';
import { useText } from '../../../i18n/use-text.ts';
import { queries } from '../../../rpc/client.ts';
import { type Problem, toProblem } from '../../../rpc/problem.ts';
import { PredictionResult } from './prediction-result.tsx';
import { usePrediction } from './use-prediction.ts';

/** Takes an image and shows what the run's model finds in it. */
export function PredictTab({ run }: { readonly run: Run }) {
  const query = useQuery(queries.runs.predictor.queryOptions({ input: { run: run.id } }));
  const retry = () => void query.refetch();
  if (query.error) return <ProblemAlert error={query.error} onRetry={retry} />;
  if (!query.data) return <Skeleton height={140} radius="md" />;
  const { model, fault } = query.data;
  if (model === null && fault) return <NoModel problem={fault} />;
  if (fault) {
    return (
      <Stack gap="sm">
        <ProblemAlert error={TrainyardError.from(fault)} onRetry={retry} />
        {commandsIn(fault.hint).map((command) => (
          <CommandLine key={command} command={command} />
        ))}
      </Stack>
    );
  }
  return <Try run={run} />;
}

function NoModel({
  problem,
}: {
  readonly problem: Pick<Problem, 'code' | 'message' | 'hint' | 'parameters'>;
}) {
  const { message, hint } = useKnownProblem(problem);
  return <EmptyState icon={IconPhotoSearch} title={message} hint={hint ?? ''} />;
}

/** What browsers and systems call the types that are read. */
const accepted = 'image/*,.tif,.tiff,.avif';

/** The same image is refused again. */
const ofTheImage = new Set(['PREDICTION_IMAGE_TOO_LARGE', 'PREDICTION_IMAGE_REFUSED']);

function Try({ run }: { readonly run: Run }) {
  const { t, format } = useText();
  const { predict, cancel, data, error, isPending, variables: file } = usePrediction(run.id);
  return (
    <Stack gap="lg">
      <FileDrop
        accept={accepted}
        icon={IconPhotoUp}
        label={t(data ? 'predict.another' : 'predict.drop')}
        hint={t('predict.dropHint', { most: format.bytes(mostImageBytes) })}
        onFile={predict}
      />
      <div aria-live="polite">
        {isPending && (
          <Group gap="sm">
            <Loader size="xs" aria-hidden />
            <Note style={{ overflowWrap: 'anywhere' }}>
              {t('predict.working', { name: file?.name ?? '' })}
            </Note>
            <Button size="compact-xs" variant="default" onClick={cancel}>
              {t('common.cancel')}
            </Button>
          </Group>
        )}
      </div>
      {error && file && (
        <ProblemAlert
          error={error}
          {...(!ofTheImage.has(toProblem(error).code) && { onRetry: () => predict(file) })}
        />
      )}
      {data && file && <PredictionResult prediction={data} path={file.name} />}
    </Stack>
  );
}
