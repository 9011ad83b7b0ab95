import { badRequest, conflict, failure } from './entry.ts';

/** What a training cannot be begun with. */
export const trainingErrors = {
  MODEL_TASK_MISMATCH: badRequest(
    '{model} does not do {task}',
    'Choose another model[cli: ("trainyard models list")], or one of its tasks: {tasks}.',
    '{model}{model|은|는} {task} 모델이 아닙니다',
    '다른 모델을 고르거나[cli:("trainyard models list")] 이 모델이 하는 작업으로 바꾸세요: {tasks}.',
    'model',
  ),
  DATASET_NEEDS_CLASSES: conflict(
    'In the dataset "{name}" objects are labelled; {model} learns one class for each image',
    'Choose a model for detection or segmentation[cli: ("trainyard models list")], or a dataset whose images lie in the folders of their classes.',
    '"{name}" 데이터셋에는 이미지 안의 객체가 라벨링되어 있지만, {model}{model|은|는} 이미지마다 클래스 하나를 학습합니다',
    '탐지나 분할 모델을 고르거나[cli:("trainyard models list")] 이미지가 클래스 폴더별로 나뉜 데이터셋을 고르세요.',
    'model',
  ),
  DATASET_NEEDS_OBJECTS: conflict(
    'In the dataset "{name}" each image has a class; {model} learns objects in images',
    'Choose a model for classification[cli: ("trainyard models list")], or a dataset with labelled objects (COCO, YOLO, Pascal VOC).',
    '"{name}" 데이터셋에는 이미지마다 클래스가 있지만, {model}{model|은|는} 이미지 안의 객체를 학습합니다',
    '분류 모델을 고르거나[cli:("trainyard models list")] 객체가 라벨링된 데이터셋(COCO, YOLO, Pascal VOC)을 고르세요.',
    'model',
  ),
  DATASET_NEEDS_BOXES: conflict(
    'The dataset "{name}" has no boxes, from which {model} learns to detect',
    'Choose a model for segmentation[cli: ("trainyard models list")], or a dataset with boxes.',
    '"{name}" 데이터셋에는 {model}{model|이|가} 탐지를 배울 상자가 없습니다',
    '분할 모델을 고르거나[cli:("trainyard models list")] 상자가 있는 데이터셋을 고르세요.',
    'model',
  ),
  DATASET_NEEDS_MASKS: conflict(
    'The dataset "{name}" has no masks, from which {model} learns to segment',
    'Choose a model for detection[cli: ("trainyard models list")], or a dataset with masks or polygons.',
    '"{name}" 데이터셋에는 {model}{model|이|가} 분할을 배울 마스크가 없습니다',
    '탐지 모델을 고르거나[cli:("trainyard models list")] 마스크나 폴리곤이 있는 데이터셋을 고르세요.',
    'model',
  ),
  EXECUTOR_UNFIT: badRequest(
    'The executor "{executor}" does not train {model}',
    'Choose one of: {executors}.',
    '"{executor}" 실행기는 {model}{model|을|를} 학습하지 않습니다',
    '다음 중에서 고르세요: {executors}.',
    'executor',
  ),
  NO_EXECUTOR: conflict(
    'Nothing here can train {model}: {reasons}',
    'Put one of them right. Only builtin/cnn, which learns the class of a whole image, needs neither Docker nor Python.',
    '여기에는 {model}{model|을|를} 학습할 수 있는 실행기가 없습니다: {reasons}',
    '그중 하나를 해결하세요. Docker와 Python이 없어도 되는 모델은 이미지마다 클래스 하나를 학습하는 builtin/cnn뿐입니다.',
    'executor',
  ),
  TRAINER_IMAGE_FAILED: failure(
    'The trainer’s image {image} could not be built:\n{lines}',
    'Read the last lines. Without a network, build on an image that is here and has torch: set TRAINER_BASE_IMAGE to its name. Then retry the run.',
    '학습용 이미지 {image}{image|을|를} 빌드하지 못했습니다.\n{lines}',
    '마지막 줄을 확인하세요. 네트워크가 없다면 torch가 든 이미지의 이름을 TRAINER_BASE_IMAGE에 지정하고 다시 학습하세요.',
  ),
  MOUNT_REFUSED: conflict(
    'The folder {folder} holds Trainyard’s own files, which a container must not see',
    'Import the data from a folder of its own, or by copy.',
    '{folder} 폴더에는 컨테이너에 보이면 안 되는 Trainyard의 파일이 들어 있습니다',
    '데이터만 든 폴더에서 가져오거나 복사 방식으로 가져오세요.',
  ),
  CHECKPOINT_OUTSIDE: conflict(
    'The checkpoint {path} leads out of its run’s folder',
    'Retry the run from the start.',
    '체크포인트 {path}{path|이|가} 학습 폴더 밖을 가리킵니다',
    '처음부터 다시 학습하세요.',
  ),
  WEIGHTS_NOT_FOUND: badRequest(
    'There are no pretrained weights at {file}',
    'Put the file (.safetensors, .pth, .bin, .pt) or the folder there, or correct model.pretrainedWeights.',
    '{file}에 사전 학습 가중치가 없습니다',
    '그 자리에 파일(.safetensors, .pth, .bin, .pt)이나 폴더를 두거나 model.pretrainedWeights를 고치세요.',
  ),
  WEIGHTS_UNNAMED: badRequest(
    'The training begins with pretrained weights that were not looked for when it was queued, by an older Trainyard',
    'Queue it again: weights are now found before a training is queued.',
    '이전 버전의 Trainyard에서 대기열에 넣어 사전 학습 가중치를 찾아 두지 않은 학습입니다',
    '대기열에 다시 넣으세요. 이제는 넣을 때 가중치를 찾습니다.',
  ),
  ULTRALYTICS_MISSING: conflict(
    'The Python environment has no Ultralytics, which is licensed under AGPL-3.0 and so never installed unasked',
    'If that licence suits you, install it: {command}. Or train with the executor docker, whose image for these models has it.',
    'Python 환경에 Ultralytics가 없습니다. AGPL-3.0 라이선스라서 요청 없이 설치하지 않습니다',
    '라이선스에 문제가 없다면 설치하세요: {command}. 또는 이 모델용 이미지에 Ultralytics가 들어 있는 docker 실행기로 학습하세요.',
  ),
  DATASET_CLOSED: conflict(
    'The container’s account cannot read {file}: Trainyard runs as root, and the trainer does not',
    'Let others read the dataset (chmod -R o+rX {root}), run Trainyard as the owner of the files, or import by copy.',
    '컨테이너의 계정이 {file}{file|을|를} 읽을 수 없습니다. Trainyard는 root로, 학습은 다른 계정으로 실행됩니다',
    '다른 계정도 읽을 수 있게 하거나(chmod -R o+rX {root}), 파일의 소유자로 Trainyard를 실행하거나, 복사 방식으로 가져오세요.',
  ),
  GPUS_TOO_FEW: conflict(
    'The training asks for {wanted} {wanted|GPU|GPUs}{kind}, and this machine has {there}',
    'Ask for fewer (resources.gpuCount; 0 trains on the processor). [cli:"trainyard doctor"][page:The page “Doctor”] shows what the driver says.',
    '학습이 요청한 GPU{kind}는 {wanted}개인데 이 컴퓨터에는 {there}개 있습니다',
    'resources.gpuCount를 줄이세요(0이면 CPU로 학습). 드라이버 상태는 [cli:"trainyard doctor"로][page:“진단” 페이지에서] 확인할 수 있습니다.',
  ),
  DATASET_UNNAMED: badRequest(
    'No dataset is named',
    '[cli:Name it (--dataset, or dataset.datasetId or dataset.name in the config)][page:Choose a dataset].',
    '데이터셋이 지정되지 않았습니다',
    '데이터셋을 [cli:지정하세요(--dataset, 또는 설정의 dataset.datasetId나 dataset.name)][page:고르세요].',
  ),
  TOO_FEW_CLASSES: badRequest(
    'The dataset has {count} {count|class|classes}: there is nothing to tell apart',
    'Import a dataset with two classes or more.',
    '데이터셋에 클래스가 {count}개여서 구별할 것이 없습니다',
    '클래스가 둘 이상인 데이터셋을 가져오세요.',
    'dataset',
  ),
  SPLITS_INVALID: badRequest(
    '{problem}',
    'Choose shares that add up to 1 with trainSplit greater than 0, or leave one out.',
    '분할 비율이 올바르지 않습니다. {problem}',
    '합이 1이고 trainSplit이 0보다 크게 비율을 정하거나 하나를 비워 두세요.',
  ),
  CONFIG_INVALID: badRequest(
    '{problem}',
    'Correct this value{how}.',
    '설정이 올바르지 않습니다. {problem}',
    '이 값을 고치세요{how}.',
  ),
};

/** What would train badly on a dataset. Nothing of it forbids an import or a training. */
export const trainingRisks = {
  ONE_CLASS: badRequest(
    'There is one class only, "{class}": a model that always answers with it is always right',
    'Add folders with images of other classes, or of what the class is not.',
    '클래스가 "{class}" 하나뿐이어서, 무조건 그렇게 답하는 모델이 늘 정답입니다',
    '다른 클래스의 이미지나 이 클래스가 아닌 이미지를 폴더로 추가하세요.',
  ),
  FEW_IMAGES: badRequest(
    '{few} of {classes} classes {few|has|have} fewer than {least} images to train on: {list}',
    'Add images of these classes. A few hundred each are a good start.',
    '클래스 {classes}개 중 {few}개는 학습할 이미지가 {least}장도 안 됩니다: {list}',
    '해당 클래스의 이미지를 더 넣으세요. 클래스마다 수백 장이면 좋습니다.',
  ),
  CLASS_NOT_VALIDATED: badRequest(
    '{unseen} of {classes} classes {unseen|has|have} no image in "val": {list}',
    'Move some images of these classes into "val". Without validation you cannot tell whether a class was learned.',
    '클래스 {classes}개 중 {unseen}개는 "val"에 이미지가 없습니다: {list}',
    '해당 클래스의 이미지 일부를 "val"로 옮기세요. 검증하지 않은 클래스는 제대로 학습되었는지 알 수 없습니다.',
  ),
  IMBALANCED_CLASSES: badRequest(
    'The classes are uneven past 1 to {ratio}: "{largest}" has {most} images to train on, "{smallest}" has {least}',
    'Add images of the small classes or take some from the large ones, and look at the accuracy of each class.',
    '클래스별 이미지 수가 {ratio}배 넘게 차이 납니다. 학습할 이미지가 "{largest}"에는 {most}장, "{smallest}"에는 {least}장 있습니다',
    '적은 클래스에 이미지를 더 넣거나 많은 클래스에서 줄이고, 클래스별 정확도를 확인하세요.',
  ),
  DUPLICATES_ACROSS_SPLITS: badRequest(
    'The same images are in two splits: {count} of {heldOut} images of validation and test; {examples}',
    'Remove them from one of the splits. Images that were trained on cannot validate the model.',
    '두 분할에 똑같은 이미지가 있습니다. 검증·테스트 이미지 {heldOut}장 중 {count}장: {examples}',
    '한쪽에서 지우세요. 학습한 이미지로는 성능을 검증할 수 없습니다.',
  ),
  NEAR_DUPLICATES: badRequest(
    'Images look nearly the same as images of another split: {count} of {heldOut} images of validation and test; {examples}',
    'Look at the examples. Copies and frames of one film belong in one split. If they are different pictures of plain things, leave them.',
    '다른 분할의 이미지와 거의 같아 보이는 이미지가 있습니다. 검증·테스트 이미지 {heldOut}장 중 {count}장: {examples}',
    '예로 든 이미지를 확인하세요. 복사본이나 같은 영상의 장면은 한 분할에 모으세요. 단순한 사진은 서로 달라도 비슷해 보일 수 있으니 그대로 두면 됩니다.',
  ),
  SINGLE_VALUE: badRequest(
    'All pixels of {which} have the same brightness{list}',
    'Look at the images here. If the files should show more, save them with values from 0 to 255 (or to 65,535 with 16 bits).',
    '{which}의 모든 픽셀이 같은 밝기여서 아무것도 보이지 않습니다{list}',
    '이 화면에서 이미지를 살펴보고, 더 보여야 하는 파일이면 0~255(16비트는 0~65,535) 범위의 값으로 다시 저장하세요.',
  ),
};
