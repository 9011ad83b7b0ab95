import { randomUUID } from 'node:crypto';
import { InvalidArgumentError } from 'commander';
import { config } from 'zod';
import korean from 'zod/v4/locales/ko.js';
import { fault } from '../../../shared/errors/catalogue.ts';
import { phrase } from '../../../shared/errors/entry.ts';
import { executorChoices } from '../../../shared/model/executor.ts';
import { layered } from '../../../shared/model/layered.ts';
import { readNumber } from '../../../shared/model/number-text.ts';
import type { TrainingOverrides } from '../../../shared/model/training-config.ts';
import {
  earlyStopMetrics,
  optimizers,
  schedulers,
  taskTypes,
} from '../../../shared/model/training-config.ts';
import type { Api } from '../lib/client.ts';
import { type Command, type CommonOptions, decimal, given, integer } from '../lib/define.ts';
import { remarkDisk } from '../lib/disk-remark.ts';
import { openReconnectingClient } from '../lib/engine.ts';
import { inOwnWords, usageError } from '../lib/failure.ts';
import { language, translate } from '../lib/language.ts';
import { remark, writeJson, writeLine } from '../lib/output.ts';
import { follow } from '../runs/follow.ts';
import { readConfigFile } from './config-file.ts';
import { flagForTrainers, overridesOf } from './overrides.ts';
import { type ScriptOptions, scriptFrom } from './script.ts';

interface TrainOptions extends CommonOptions, ScriptOptions {
  readonly project: string;
  readonly dataset?: string;
  readonly datasetVersion?: number;
  readonly model?: string;
  readonly executor: (typeof executorChoices)[number];
  readonly name?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly config?: string;
  readonly template?: string;
  readonly follow?: true;
}

/** `32` or `480x640` (height, width), pixels. */
function imageSize(text: string): number | [number, number] {
  const found = /^(\d+)(?:x(\d+))?$/.exec(text);
  if (!found)
    throw new InvalidArgumentError(
      translate('pixels are wanted, as 64 or 480x640.', '픽셀이 필요합니다. 예: 64, 480x640'),
    );
  return found[2] === undefined ? Number(found[1]) : [Number(found[1]), Number(found[2])];
}

/** `balanced`, or a number for each class: `1,2.5,0.5`. */
function classWeights(text: string): 'balanced' | number[] {
  if (text === 'balanced') return text;
  const weights = text.split(',').map(readNumber);
  if (weights.every((weight) => weight !== null && weight >= 0)) return weights as number[];
  throw new InvalidArgumentError(
    translate(
      'balanced is wanted, or a number for each class, as 1,2.5,0.5.',
      'balanced나 클래스마다 하나씩의 숫자가 필요합니다. 예: 1,2.5,0.5',
    ),
  );
}

function addHyperparameters(command: Command): Command {
  return command
    .flag(
      '--epochs <number>',
      'passes over the training images',
      '학습 이미지를 도는 횟수',
      integer(1, 100_000),
    )
    .flag('--batch-size <number>', 'images in a step', '한 스텝의 이미지 수', integer(1, 65_536))
    .flag('--lr, --learning-rate <number>', 'learning rate', '학습률', decimal)
    .flag('--optimizer <name>', 'optimizer', '옵티마이저', optimizers)
    .flag('--scheduler <name>', 'how the learning rate changes', '학습률 스케줄', schedulers)
    .flag(
      '--warmup-epochs <number>',
      'epochs until the full learning rate',
      '학습률을 올리는 에폭 수',
      decimal,
    )
    .flag('--weight-decay <number>', 'weight decay', '가중치 감쇠', decimal)
    .flag('--momentum <number>', 'momentum of sgd', 'sgd의 모멘텀', decimal)
    .flag('--gradient-clip <norm>', 'clip gradients to this norm', '기울기 노름 제한', decimal)
    .flag('--accumulate <number>', 'batches in one update', '갱신 한 번에 모으는 배치 수', integer(1))
    .flag('--seed <number>', 'the same seed gives the same run', '같은 시드는 같은 결과', integer())
    .flag(
      '--early-stop [patience]',
      'stop when nothing improved for so many epochs',
      '이만큼의 에폭 동안 나아지지 않으면 멈춤',
      integer(1),
    )
    .flag('--early-stop-metric <name>', 'what must improve', '나아져야 하는 값', earlyStopMetrics)
    .flag(
      '--class-weights <weights>',
      'balanced: rare classes count more; or a number for each class, as 1,2.5,0.5',
      'balanced: 드문 클래스에 더 큰 비중. 또는 클래스별 숫자(예: 1,2.5,0.5)',
      classWeights,
    )
    .flag('--amp', 'mixed precision', '혼합 정밀도')
    .flag('--ema', 'average the weights', '가중치 이동 평균')
    .flag('--train-split <share>', 'share of images to train on (0 – 1)', '학습에 쓸 비율(0 – 1)', decimal)
    .flag('--val-split <share>', 'share to validate on', '검증에 쓸 비율', decimal)
    .flag('--test-split <share>', 'share to test on at the end', '마지막 테스트에 쓸 비율', decimal)
    .flag('--image-size <pixels>', 'side, or HEIGHTxWIDTH', '한 변 또는 높이x너비(픽셀)', imageSize)
    .flag('--flip', 'augment: flip at random', '증강: 무작위 뒤집기')
    .flag(
      '--rotation <degrees>',
      'augment: rotate at random up to this',
      '증강: 이 각도까지 무작위 회전',
      decimal,
    )
    .flag('--color-jitter', 'augment: change colours at random', '증강: 무작위 색 변화')
    .flag('--mixup', 'augment: mix images', '증강: mixup')
    .flag('--cutmix', 'augment: paste patches', '증강: cutmix');
}

/** Settings over a template's. A model is one thing: where another is meant, nothing of the template's goes with it. */
function over({ model, ...rest }: TrainingOverrides, own: TrainingOverrides, isModelNamed: boolean) {
  const below = isModelNamed || own.model?.name !== undefined || !model ? rest : { ...rest, model };
  return layered(below, own) as TrainingOverrides;
}

/** Queues a run; with `--follow` it stays until the run ends and ends as the run did. */
async function train(options: TrainOptions): Promise<number | undefined> {
  if (options.model !== undefined && !/^[a-z]+\/\S+$/.test(options.model)) {
    throw usageError(
      phrase('--model: "{model}" is not a model', '--model: "{model}"{model|은|는} 모델이 아닙니다', {
        model: options.model,
      }),
      translate('Write it as source/name, such as builtin/cnn.', 'builtin/cnn처럼 출처/이름으로 쓰세요.'),
    );
  }
  if (language === 'ko') config(korean());
  const { project, dataset, model, executor, name, description, priority, datasetVersion } = options;
  // The same request asked twice, because an engine restarted in between, queues one run.
  const requestId = randomUUID();
  const script = scriptFrom(options, process.env);
  const useless = script && flagForTrainers(options);
  if (useless) throw fault('SCRIPT_WITH_MODEL', { field: useless });
  // What is wrong with these is said without an engine.
  const own = overridesOf(options, options.config ? await readConfigFile(options.config) : {});
  using client = await openReconnectingClient();
  const template =
    options.template === undefined ? null : await client.api.templates.show({ template: options.template });
  const overrides = template ? over(template.config, own, model !== undefined) : own;
  const { runId } = await client.api.runs.create({
    project,
    executor,
    overrides,
    requestId,
    source: template ? 'template' : 'manual',
    ...given({ script, dataset, model, name, description, priority, version: datasetVersion }),
  });
  remarkDisk(await client.api.system.disk());
  const { config: queued } = await client.api.runs.show({ run: runId });
  if (queued) await remarkRisks(client.api, queued.dataset);
  if (options.json) await writeJson({ runId });
  else await writeLine(translate(`Run ${runId} is queued.`, `학습을 대기열에 넣었습니다: ${runId}`));
  if (options.follow) return await follow(client.api, runId, 0, options);
  if (!options.json)
    remark(`Watch it: trainyard runs follow ${runId}`, `지켜보기: trainyard runs follow ${runId}`);
}

/** What is likely to train badly in a version of a dataset. */
async function remarkRisks(
  api: Api,
  { datasetId, version: trainedVersion }: { datasetId: string; version: number },
): Promise<void> {
  const { versions } = await api.datasets.show({ dataset: datasetId });
  const trained = versions.find(({ version }) => version === trainedVersion);
  for (const { message, hint } of (trained?.trainingRisks ?? []).map(inOwnWords))
    remark(`${message}\n  → ${hint}`);
}

export function defineTrain(command: Command): void {
  const described = command
    .explain({
      examples: [
        'train --project demo --dataset photos --epochs 8 --seed 7 --follow',
        'train --project demo --dataset parts --model torchvision/fcos_resnet18_fpn --executor docker --gpus 1',
        'train --project demo --config train.yaml --early-stop 3 --json',
        'train --project demo --dataset parts --template detector --epochs 50',
        'train --project demo --command "python train.py --epochs 10" --folder ~/work/detector --follow',
      ],
      json: '{"runId"}',
    })
    .requiredOption('--project <project>', translate('project, by name or id', '프로젝트의 이름이나 ID'))
    .flag(
      '--dataset <dataset>',
      'dataset, by name or id; left out: as the config file says',
      '데이터셋의 이름이나 ID. 생략하면 설정 파일대로',
    )
    .flag('--dataset-version <number>', 'left out: the newest', '생략하면 최신 버전', integer(1))
    .flag(
      '--model <source/name>',
      'model ("models list" shows them); left out: as the config file says, else one that fits the dataset',
      '모델("models list"로 확인). 생략하면 설정 파일대로, 없으면 데이터셋에 맞는 모델',
    )
    .flag(
      '--executor <name>',
      'where the trainer runs: docker, venv (a Python environment), builtin; auto: the first that works',
      '학습이 실행될 곳: docker, venv(Python 환경), builtin. auto는 그중 되는 첫 번째',
      executorChoices,
      'auto',
    )
    .flag(
      '--task <name>',
      'where the model and the data allow several',
      '모델과 데이터로 여러 작업이 가능할 때',
      taskTypes,
    )
    .flag('--pretrained', 'begin with pretrained weights', '사전 학습 가중치로 시작')
    .flag(
      '--weights <file>',
      'pretrained weights: stored ones by name, or a file or folder',
      '사전 학습 가중치: 저장된 것의 이름, 또는 파일이나 폴더',
    )
    .flag('--freeze-backbone', 'only the head learns', '헤드만 학습')
    .flag('--gpus <number>', 'how many; 0: the processor', 'GPU 수. 0이면 CPU', integer(0, 64))
    .flag('--gpu-type <name>', 'a part of their name', 'GPU 이름의 일부')
    .flag('--memory <GiB>', 'at most so much memory', '메모리 상한(GiB)', integer(0))
    .flag('--workers <number>', 'processes that read images', '이미지를 읽는 프로세스 수', integer(0, 256))
    .flag('--name <name>', "the run's name", '학습의 이름')
    .flag('--description <text>', 'what it is about', '설명')
    .flag(
      '--priority <number>',
      'higher goes first (-100 – 100)',
      '클수록 먼저(-100 – 100)',
      integer(-100, 100),
    )
    .flag(
      '--config <file>',
      'YAML or JSON: the config, or the parts of it that are to be different; flags go before it',
      'YAML 또는 JSON: 설정 전체나 바꿀 부분. 플래그가 우선합니다',
    )
    .flag(
      '--template <name>',
      'begin with kept settings; the config file and flags go before them',
      '저장한 설정으로 시작. 설정 파일과 플래그가 우선합니다',
    )
    .flag(
      '--command <line>',
      'train by a script of your own: the line for a shell; goes with --folder and --image, and no other setting',
      '직접 작성한 스크립트로 학습. 셸 명령을 적습니다. --folder와 --image 외의 학습 설정과는 함께 쓸 수 없습니다',
    )
    .flag(
      '--folder <folder>',
      'where the command runs; left out: this folder',
      '명령을 실행할 폴더. 생략하면 현재 폴더',
    )
    .flag(
      '--image <image>',
      'a Docker image to run the command in, with that folder and without a network',
      '명령을 실행할 Docker 이미지. 지정한 폴더만 보이고 네트워크는 없습니다',
    )
    .flag('--follow', 'follow the run until it ends', '끝날 때까지 지켜봅니다');
  addHyperparameters(described).perform<TrainOptions>(train);
}
