import type { Bilingual } from '../../../shared/errors/entry.ts';
import type { ModelSource, TaskType, TrainingOverrides } from '../../../shared/model/training-config.ts';
import type { TrainableModel } from './trainable-model.ts';

/** Executors of the torch trainer, the one that is chosen first in front. */
const executors = ['docker', 'venv'];

/** Fine-tuning as the field does it; a model from scratch wants more epochs and no other rule. */
const classifier: TrainingOverrides = {
  dataset: { augmentation: { randomFlip: true } },
  training: {
    ...{ epochs: 20, batchSize: 32, learningRate: 3e-4, optimizer: 'adamw', weightDecay: 0.05 },
    scheduler: { type: 'cosine', warmupEpochs: 1 },
    amp: true,
  },
};
const transformer: TrainingOverrides = {
  ...classifier,
  training: { ...classifier.training, learningRate: 5e-5, gradientClip: 1 },
};
const detector: TrainingOverrides = {
  dataset: { augmentation: { randomFlip: true } },
  training: {
    ...{
      epochs: 40,
      batchSize: 8,
      learningRate: 2e-4,
      optimizer: 'adamw',
      weightDecay: 0.01,
      gradientClip: 10,
    },
    scheduler: { type: 'cosine', warmupEpochs: 1 },
    amp: true,
  },
};
const detectionTransformer: TrainingOverrides = {
  ...detector,
  training: { ...detector.training, learningRate: 1e-4, gradientClip: 0.1 },
};
const yolo: TrainingOverrides = {
  dataset: { augmentation: { randomFlip: true, colorJitter: true } },
  training: { ...detector.training, batchSize: 16, learningRate: 1e-3, ema: true },
};
const segmenter: TrainingOverrides = {
  dataset: { augmentation: { randomFlip: true } },
  training: {
    ...{ epochs: 40, batchSize: 8, learningRate: 1e-4, optimizer: 'adamw', weightDecay: 0.01 },
    scheduler: { type: 'cosine', warmupEpochs: 1 },
    amp: true,
  },
};

const agpl = 'AGPL-3.0';

function known(
  id: string,
  taskType: TaskType,
  defaults: TrainingOverrides,
  en: string,
  ko: string,
): TrainableModel {
  const license = id.startsWith('ultralytics/') ? agpl : null;
  return { id, executors, taskTypes: [taskType], description: { en, ko }, license, defaults };
}

/** Models of the torch trainer that are offered by name. It takes any other of its sources as well: see {@link unlistedModel}. */
export const torchModels: readonly TrainableModel[] = [
  known('timm/resnet18', 'classification', classifier, 'ResNet-18: small and quick', 'ResNet-18: 작고 빠름'),
  known(
    'timm/resnet50',
    'classification',
    classifier,
    'ResNet-50: what others are compared with',
    'ResNet-50: 가장 널리 쓰이는 기준 모델',
  ),
  known(
    'timm/efficientnet_b0',
    'classification',
    classifier,
    'EfficientNet-B0: accurate for its size',
    'EfficientNet-B0: 크기에 비해 정확함',
  ),
  known(
    'timm/mobilenetv3_large_100',
    'classification',
    classifier,
    'MobileNetV3: for small devices',
    'MobileNetV3: 소형 기기용',
  ),
  known(
    'timm/convnext_tiny',
    'classification',
    transformer,
    'ConvNeXt-Tiny: accurate, on a GPU',
    'ConvNeXt-Tiny: 정확도가 높음, GPU 권장',
  ),
  known(
    'timm/vit_small_patch16_224',
    'classification',
    transformer,
    'ViT-S/16: a transformer; best with pretrained weights',
    'ViT-S/16: 트랜스포머, 사전 학습 가중치와 함께 쓸 때 좋음',
  ),
  known(
    'huggingface/google/vit-base-patch16-224',
    'classification',
    transformer,
    'ViT-B/16 from the library transformers',
    'transformers 라이브러리의 ViT-B/16',
  ),
  known(
    'torchvision/fcos_resnet18_fpn',
    'detection',
    detector,
    'FCOS on ResNet-18: small and quick',
    'FCOS(ResNet-18): 작고 빠름',
  ),
  known(
    'torchvision/fasterrcnn_resnet50_fpn',
    'detection',
    detector,
    'Faster R-CNN on ResNet-50: accurate, slower',
    'Faster R-CNN(ResNet-50): 정확하지만 느림',
  ),
  known(
    'torchvision/retinanet_resnet50_fpn',
    'detection',
    detector,
    'RetinaNet on ResNet-50',
    'RetinaNet(ResNet-50)',
  ),
  known(
    'torchvision/ssdlite320_mobilenet_v3_large',
    'detection',
    detector,
    'SSDlite on MobileNetV3: for small devices',
    'SSDlite(MobileNetV3): 소형 기기용',
  ),
  known(
    'huggingface/PekingU/rtdetr_r18vd',
    'detection',
    detectionTransformer,
    'RT-DETR on ResNet-18: a transformer in real time',
    'RT-DETR(ResNet-18): 실시간 트랜스포머',
  ),
  known(
    'huggingface/facebook/detr-resnet-50',
    'detection',
    detectionTransformer,
    'DETR on ResNet-50: wants pretrained weights',
    'DETR(ResNet-50): 사전 학습 가중치 필요',
  ),
  known('ultralytics/yolo11n', 'detection', yolo, 'YOLO11 nano: the quickest', 'YOLO11 nano: 가장 빠름'),
  known('ultralytics/yolo11s', 'detection', yolo, 'YOLO11 small', 'YOLO11 small'),
  known('ultralytics/yolo11m', 'detection', yolo, 'YOLO11 medium', 'YOLO11 medium'),
  known(
    'huggingface/nvidia/mit-b0',
    'segmentation',
    segmenter,
    'SegFormer-B0: small and accurate',
    'SegFormer-B0: 작고 정확함',
  ),
  known(
    'torchvision/deeplabv3_mobilenet_v3_large',
    'segmentation',
    segmenter,
    'DeepLabV3 on MobileNetV3: small and quick',
    'DeepLabV3(MobileNetV3): 작고 빠름',
  ),
  known(
    'torchvision/deeplabv3_resnet50',
    'segmentation',
    segmenter,
    'DeepLabV3 on ResNet-50',
    'DeepLabV3(ResNet-50)',
  ),
  known(
    'ultralytics/yolo11n-seg',
    'segmentation',
    yolo,
    'YOLO11 nano: objects with masks',
    'YOLO11 nano: 객체별 마스크',
  ),
];

const torchvisionSegmenters = /^(?:deeplabv3|fcn|lraspp)_/;

const tasksOf: Record<Exclude<ModelSource, 'builtin'>, (name: string) => readonly TaskType[]> = {
  timm: () => ['classification'],
  torchvision: (name) => [torchvisionSegmenters.test(name) ? 'segmentation' : 'detection'],
  ultralytics: (name) => [/-seg$/.test(name) ? 'segmentation' : 'detection'],
  // What it is for stands in its config, which the trainer reads.
  huggingface: () => ['classification', 'detection', 'segmentation'],
};

/** Of timm's names those of networks that a larger learning rate makes diverge. */
const transformers = /^(?:vit|deit|beit|swin|eva|convnext|maxvit|coatnet|cait|xcit|mvit|pvt)/;

function defaultsOf(
  source: Exclude<ModelSource, 'builtin'>,
  name: string,
  task: TaskType,
): TrainingOverrides {
  if (source === 'ultralytics') return yolo;
  if (task === 'segmentation') return segmenter;
  if (task === 'detection') return source === 'huggingface' ? detectionTransformer : detector;
  return source === 'huggingface' || transformers.test(name) ? transformer : classifier;
}

const description: Bilingual = { en: 'By its name', ko: '이름으로 지정' };

/** A model of one of the torch trainer's sources that is not listed; whether there is one of the name, the trainer finds out. */
export function unlistedModel(
  source: Exclude<ModelSource, 'builtin'>,
  name: string,
  wanted: TaskType,
): TrainableModel {
  const taskTypes = tasksOf[source](name);
  const license = source === 'ultralytics' ? agpl : null;
  const defaults = defaultsOf(source, name, wanted);
  return { id: `${source}/${name}`, executors, taskTypes, description, license, defaults };
}
