import { artifact } from './fixture-artifacts.ts';
import { ago, dataset, emptyRun, type FixtureRun, fixtureId, project, sampleImages } from './fixture-data.ts';
import { FixtureState } from './fixture-state.ts';

export interface Story {
  readonly state: FixtureState;
  readonly runs: Readonly<
    Record<'completed' | 'running' | 'failed' | 'cancelled' | 'queued' | 'resumed', FixtureRun>
  >;
}

const stepsPerEpoch = 50;

function addArtifacts(state: FixtureState, entry: FixtureRun): void {
  const names = [...new Set(state.images.map((image) => image.class))];
  const matrix = names.map((_truth, row) =>
    names.map((_taken, column) => {
      if (row === column) return 60 + ((row * 7) % 18);
      return Math.abs(row - column) % 4 === 2 ? (row * column) % 9 : (row + column) % 7 === 0 ? 1 : 0;
    }),
  );
  const head = { version: 1, split: 'val', epoch: 7, images: 800 };
  artifact(state, entry, 'confusion_matrix', 'confusion_matrix.json', {
    format: 'trainyard/confusion-matrix',
    ...head,
    classes: names,
    matrix,
  });
  const rows = names.map((name, index) => {
    const support = (matrix[index] ?? []).reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, row) => sum + (row[index] ?? 0), 0);
    const correct = matrix[index]?.[index] ?? 0;
    const [recall, precision] = [correct / support, correct / predicted];
    return {
      name,
      support,
      predicted,
      correct,
      accuracy: recall,
      recall,
      precision,
      f1: (2 * recall * precision) / (recall + precision),
    };
  });
  artifact(state, entry, 'per_class', 'per_class.json', {
    format: 'trainyard/per-class',
    ...head,
    accuracy: 0.8725,
    macro: { precision: 0.871, recall: 0.872, f1: 0.871 },
    classes: rows,
  });
  const samples = state.images
    .filter((_image, index) => index % 7 === 0)
    .slice(0, 40)
    .map((image, index) => {
      const correct = index > 11;
      const predicted = correct
        ? image.class
        : (names[(names.indexOf(image.class) + 3) % names.length] ?? '');
      return {
        path: image.path,
        sha256: image.sha256,
        true: image.class,
        predicted,
        correct,
        probability: 0.97 - index * 0.01,
        trueProbability: 0.02,
        top: [{ class: predicted, probability: 0.9 }],
      };
    });
  artifact(state, entry, 'predictions', 'predictions.json', {
    format: 'trainyard/predictions',
    ...head,
    wrong: 102,
    samples,
  });
  artifact(state, entry, 'model', 'model.json', { format: 'trainyard/model' });
}

function history(
  state: FixtureState,
  entry: FixtureRun,
  moves: readonly (readonly [string, string, string?])[],
): void {
  let minutes = 39;
  for (const [from, to, cause] of moves) {
    state.addEvent(entry, 'state', { from, to, ...(cause !== undefined && { cause }) }, null, ago(minutes));
    minutes -= 0.4;
  }
}

function talk(state: FixtureState, entry: FixtureRun, epochs: number, attempt = 1): void {
  state.addLog(entry, 'attempt started: builtin trainer, pid 48214', {
    source: 'platform',
    stream: 'platform',
    attempt,
  });
  state.addLog(entry, '3,200 images for training, 800 for validation, 10 classes', { attempt });
  for (let epoch = 1; epoch <= epochs; epoch += 1) {
    state.addLog(
      entry,
      `epoch ${epoch}: train loss ${(1.4 / epoch).toFixed(4)}, val accuracy \u001b[32m${(0.6 + 0.03 * epoch).toFixed(4)}\u001b[0m`,
      { attempt },
    );
    if (epoch % 3 === 0)
      state.addLog(entry, 'the learning rate is below 1e-4 for the rest of the run', {
        level: 'warning',
        attempt,
      });
    state.addLog(entry, `checkpoint checkpoints/last.safetensors (epoch ${epoch})`, {
      level: 'debug',
      attempt,
    });
  }
}

/** One of everything: what a person's first week leaves behind. */
export function makeStory(): Story {
  const state = new FixtureState();
  state.images = sampleImages(60);
  const fashion = project(
    1,
    'Sample: fashion',
    'The sample that came with Trainyard: ten kinds of clothes.',
    ['sample', 'vision'],
  );
  const korean = project(2, '꽃 분류', '제주에서 찍은 꽃 사진으로 종을 가려내는 프로젝트입니다.', [
    '꽃',
    '야외',
  ]);
  const bare = project(3, 'scratch', null);
  for (const one of [fashion, korean, bare]) state.projects.set(one.id, one);
  const clothes = dataset(1, 'fashion-mnist', state.images, fashion);
  const flowers = dataset(2, '제주 꽃 2026', state.images.slice(0, 240), korean, {
    mode: 'in_place',
    updatedAt: ago(3000),
  });
  const importing = dataset(3, 'street-signs', [], korean, {
    status: 'processing',
    version: null,
    images: 0,
    import: {
      id: fixtureId(6, 3),
      phase: 'validating',
      done: 1840,
      total: 5200,
      rate: 412.3,
      secondsLeft: 8,
      error: null,
    },
  });
  for (const one of [clothes, flowers, importing]) state.datasets.set(one.id, one);

  const of = { project: fashion, dataset: clothes };
  const running = emptyRun(1, 'fashion-cnn-live', 'running', of, {
    etaMs: 21_000,
    durationMs: 14_000,
    startedAt: ago(0.2),
  });
  const completed = emptyRun(2, 'Sample: first training', 'completed', of, {
    finalMetrics: {
      train_loss: 0.3127,
      train_accuracy: 0.9241,
      val_loss: 0.3725,
      val_accuracy: 0.8725,
      best_epoch: 7,
    },
    durationMs: 28_400,
    completedAt: ago(35),
  });
  const failed = emptyRun(3, 'lr-too-high', 'failed', of, {
    error:
      'The trainer ended with exit code 1: the loss is not finite since step 61.\nLower the learning rate, or set gradient clipping.',
    progress: 15,
    currentEpoch: 2,
    durationMs: 4200,
    finalMetrics: { train_loss: 'NaN' },
  });
  const cancelled = emptyRun(
    4,
    '꽃 분류 첫 시도',
    'cancelled',
    { project: korean, dataset: flowers },
    {
      progress: 44,
      currentEpoch: 4,
      durationMs: 12_100,
    },
  );
  const queued = emptyRun(5, 'fashion-cnn-seed-9', 'queued', of, { startedAt: null });
  const resumed = emptyRun(6, 'interrupted-then-resumed', 'completed', of, {
    finalMetrics: { train_loss: 0.329, train_accuracy: 0.9138, val_loss: 0.3812, val_accuracy: 0.8688 },
    durationMs: 33_900,
    completedAt: ago(200),
  });
  const runs = { completed, running, failed, cancelled, queued, resumed };
  for (const entry of Object.values(runs)) {
    state.runs.set(entry.run.id, entry);
    history(state, entry, [['pending', 'queued']]);
  }
  state.addAttempt(running, 'running');
  state.addSteps(running, stepsPerEpoch * 3, stepsPerEpoch);
  talk(state, running, 3);
  history(state, running, [['queued', 'running']]);

  state.addAttempt(completed, 'completed', { cause: 'exited', exitCode: 0, endedAt: ago(79.5) });
  state.addSteps(completed, stepsPerEpoch * 8, stepsPerEpoch);
  talk(state, completed, 8);
  addArtifacts(state, completed);
  history(state, completed, [
    ['queued', 'running'],
    ['running', 'completed', 'exited'],
  ]);

  state.addAttempt(failed, 'failed', {
    cause: 'exited',
    exitCode: 1,
    message: 'Error: the loss is not finite since step 61',
    endedAt: ago(119.9),
  });
  state.addSteps(failed, 60, stepsPerEpoch);
  talk(state, failed, 1);
  for (const text of [
    'Error: the loss is not finite since step 61',
    '    at train (resources/trainers/builtin/loop.ts:88:13)',
    '    at main (resources/trainers/builtin/main.ts:41:3)',
  ]) {
    state.addLog(failed, text, { level: 'error', stream: 'stderr' });
  }
  for (const point of failed.points.slice(-4)) point.values.train_loss = 'NaN';
  history(state, failed, [
    ['queued', 'running'],
    ['running', 'failed', 'exited'],
  ]);

  state.addAttempt(cancelled, 'cancelled', { cause: 'cancelled', exitCode: 0, endedAt: ago(159.8) });
  state.addSteps(cancelled, 175, stepsPerEpoch);
  talk(state, cancelled, 3);
  history(state, cancelled, [
    ['queued', 'running'],
    ['running', 'cancelled', 'cancelled'],
  ]);

  state.addAttempt(resumed, 'lost', {
    cause: 'supervisor_gone',
    message: 'The supervisor ended without a word; the machine may have restarted.',
    endedAt: ago(239),
  });
  state.addSteps(resumed, 190, stepsPerEpoch);
  talk(state, resumed, 3);
  state.addAttempt(resumed, 'completed', {
    cause: 'exited',
    exitCode: 0,
    resumedFrom: { attempt: 1, epoch: 3, step: 150 },
    endedAt: ago(220),
  });
  state.addSteps(resumed, 250, stepsPerEpoch, 2, 150);
  talk(state, resumed, 5, 2);
  history(state, resumed, [
    ['queued', 'running'],
    ['running', 'failed', 'lost'],
    ['failed', 'queued'],
    ['queued', 'running'],
    ['running', 'completed', 'exited'],
  ]);
  resumed.run.progress = 100;
  for (const one of state.projects.values()) {
    one.runCount = [...state.runs.values()].filter(({ run }) => run.project.id === one.id).length;
    one.datasetCount = [...state.datasets.values()].filter(
      ({ projects }) => projects[0]?.id === one.id,
    ).length;
  }
  return { state, runs };
}
