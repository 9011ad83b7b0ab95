import { badGateway, badRequest, conflict, failure, notFound } from './entry.ts';

/** Errors of pretrained weights. */
export const weightsErrors = {
  WEIGHTS_UNKNOWN: notFound(
    'There are no stored weights "{name}"',
    'Check their id or name[cli: ("trainyard weights list")][page: on the page “Weights”]; a file is named by its full path.',
    '저장된 가중치 "{name}"{name|을|를} 찾을 수 없습니다',
    '[page:“가중치” 페이지에서 ]ID나 이름을 확인하세요[cli:("trainyard weights list")]. 파일은 전체 경로로 씁니다.',
    'weights',
  ),
  WEIGHTS_NAME_TAKEN: conflict(
    'There are stored weights "{name}" already',
    'Choose another name[cli: (--name)], or remove those.',
    '"{name}" 가중치가 이미 저장되어 있습니다',
    '다른 이름을 쓰거나[cli:(--name)] 있던 것을 지우세요.',
    'name',
  ),
  WEIGHTS_IN_USE: conflict(
    'The weights "{name}" are needed by {count} {count|run|runs} not finished',
    'Cancel the runs that are queued or running, or wait until they finish.',
    '아직 끝나지 않은 학습 {count}개가 "{name}" 가중치를 쓰고 있습니다',
    '대기 중이거나 진행 중인 학습을 취소하거나 끝날 때까지 기다리세요.',
    'weights',
  ),
  WEIGHTS_UNFINISHED: conflict(
    'The weights "{name}" are not stored: {why}',
    'Wait until they are, or remove them and add or pull them again.',
    '"{name}" 가중치가 아직 저장되지 않았습니다({why})',
    '저장이 끝날 때까지 기다리거나, 지우고 다시 추가하거나 받으세요.',
    'model.pretrainedWeights',
  ),
  WEIGHTS_MISSING: conflict(
    'The pretrained weights of {model} are not on this machine: none are stored for it, and "{file}" is not at {place}',
    'Fetch them[cli:: trainyard weights pull {model}][page: on the page “Weights”]. Without a network put the file there, or store one from elsewhere[cli:: trainyard weights add FILE --model {model}][page: on that page]. Or train from scratch ([cli:model.pretrained false][page:without “Pretrained weights”]).',
    '{model}의 사전 학습 가중치가 이 컴퓨터에 없습니다. 저장된 것도 없고 {place}에 "{file}"도 없습니다',
    '[cli:받으려면 trainyard weights pull {model}][page:“가중치” 페이지에서 받으세요]. 네트워크가 없다면 그 자리에 파일을 두거나 다른 데서 가져온 파일을 [cli:저장하세요(trainyard weights add 파일 --model {model})][page:그 페이지에서 저장하세요]. 아니면 처음부터 학습하세요([cli:model.pretrained false][page:“사전 학습 가중치” 끄기]).',
    'model.pretrained',
  ),
  WEIGHTS_CHANGED: conflict(
    'The weights {file} are not those that the run was made with: their SHA-256 was {expected} and is {found}',
    'Put the file back, or make the run anew.',
    '{file} 가중치가 학습을 만들 때와 다릅니다. SHA-256이 {expected}였는데 지금은 {found}입니다',
    '파일을 되돌려 놓거나 학습을 새로 만드세요.',
  ),
  WEIGHTS_GONE: conflict(
    'The stored weights "{name}" that the run begins with were removed',
    'Store the same file again and make the run anew.',
    '학습이 시작할 때 쓸 "{name}" 가중치가 지워졌습니다',
    '같은 파일을 다시 저장하고 학습을 새로 만드세요.',
  ),
  WEIGHTS_NOT_STORED: failure(
    'The weights could not be stored: {cause}',
    'The engine’s log says more (logs/engine.log). Try again.',
    '가중치를 저장하지 못했습니다. {cause}',
    '자세한 내용은 엔진 로그(logs/engine.log)에 있습니다. 다시 시도하세요.',
  ),
  NOT_WEIGHTS: badRequest(
    '"{file}" is no file of weights: {why}',
    'Use a .safetensors file, or a .pt, .pth or .bin that torch.save wrote.',
    '"{file}"{file|은|는} 가중치 파일이 아닙니다. {why}',
    '.safetensors 파일이나 torch.save로 만든 .pt, .pth, .bin 파일을 쓰세요.',
    'path',
  ),
  WEIGHTS_TRUNCATED: badRequest(
    '"{file}" ends too early: {found} bytes are there{expected}',
    'Copy or download it again; the end is missing.',
    '"{file}"{file|이|가} 중간에 잘렸습니다. 있는 것은 {found}바이트입니다{expected}',
    '뒷부분이 없으니 다시 복사하거나 받으세요.',
    'path',
  ),
  NO_WEIGHTS_IN_FOLDER: badRequest(
    'The folder {folder} has {count} {count|file|files} of weights, and one is wanted{names}',
    'Name the file itself. A folder has model.safetensors or pytorch_model.bin, or one file of weights.',
    '{folder} 폴더에 가중치 파일이 {count}개 있는데 하나만 있어야 합니다{names}',
    '파일을 직접 지정하세요. 폴더라면 model.safetensors나 pytorch_model.bin, 또는 가중치 파일 하나가 있어야 합니다.',
    'path',
  ),
  WEIGHTS_NO_HUB: badRequest(
    'It is not known where the weights of {model} lie: {why}',
    'Get a file of weights elsewhere and store it[cli:: trainyard weights add FILE --model {model}][page: on the page “Weights”]. Or train from scratch ([cli:model.pretrained false][page:without “Pretrained weights”]).',
    '{model}의 가중치가 어디 있는지 알 수 없습니다. {why}',
    '가중치 파일을 직접 구해 [cli:저장하거나(trainyard weights add 파일 --model {model})][page:“가중치” 페이지에서 저장하거나], 처음부터 학습하세요([cli:model.pretrained false][page:“사전 학습 가중치” 끄기]).',
    'model',
  ),
  WEIGHTS_UNREACHABLE: badGateway(
    '{address} could not be reached: {why}',
    'Check the network and the proxy (HTTPS_PROXY with NODE_USE_ENV_PROXY=1), or use a mirror ([cli:--mirror, HF_ENDPOINT][page:“Mirror”, or the setting on the page “System”]); what was fetched is kept. Offline, fetch the file elsewhere and store it[cli:: trainyard weights add FILE --model {model}][page: on the page “Weights”].',
    '{address}에 연결하지 못했습니다. {why}',
    '네트워크와 프록시(NODE_USE_ENV_PROXY=1과 HTTPS_PROXY)를 확인하거나 미러를 쓰세요([cli:--mirror, HF_ENDPOINT][page:“미러”, 또는 “시스템” 페이지의 설정]). 받은 데까지는 남아 있습니다. 오프라인이면 다른 데서 파일을 받아 [cli:저장하세요: trainyard weights add 파일 --model {model}][page:“가중치” 페이지에서 저장하세요].',
  ),
  WEIGHTS_FORBIDDEN: badGateway(
    'Access to {address} was refused {status}',
    'The model is private or gated, or there is none of the name. Accept its terms on its page, and give your token ([cli:"trainyard settings set hubToken", HF_TOKEN][page:“Settings” on the page “System”], or "hf auth login" on the machine); then pull it again.',
    '{address}{address|을|를} 읽을 권한이 없습니다 {status}',
    '비공개이거나 동의가 필요한 모델이거나 그런 이름의 모델이 없습니다. 모델 페이지에서 약관에 동의하고 토큰을 지정한 뒤([cli:"trainyard settings set hubToken", HF_TOKEN][page:“시스템” 페이지의 “설정”], 또는 "hf auth login") 다시 받으세요.',
  ),
  WEIGHTS_NOT_AT_HUB: badGateway(
    'There are no weights at {address}',
    'Check the name of the model, and the mirror if one is used.',
    '{address}에 가중치가 없습니다',
    '모델 이름을 확인하고, 미러를 쓴다면 미러도 확인하세요.',
    'model',
  ),
  WEIGHTS_HUB_FAILED: badGateway(
    '{address} answered {status}',
    'Try again later, or use a mirror[cli: (--mirror)]. What was fetched is kept.',
    '{address}의 응답이 {status}입니다',
    '나중에 다시 시도하거나 미러를 쓰세요[cli:(--mirror)]. 받은 데까지는 남아 있습니다.',
  ),
  WEIGHTS_HASH_DIFFERS: badGateway(
    '{address} has other bytes than were expected: SHA-256 {found}, and {expected} was expected',
    'Nothing of it is kept. Check the SHA-256, or fetch from the hub itself instead of a mirror.',
    '{address}에서 받은 내용이 예상과 다릅니다. SHA-256이 {expected}여야 하는데 {found}입니다',
    '받은 것은 지웠습니다. SHA-256을 확인하거나 미러 대신 원래 허브에서 받으세요.',
    'sha256',
  ),
};

const { WEIGHTS_UNKNOWN, WEIGHTS_UNFINISHED, WEIGHTS_MISSING, WEIGHTS_NO_HUB } = weightsErrors;
const { NOT_WEIGHTS, WEIGHTS_TRUNCATED, NO_WEIGHTS_IN_FOLDER } = weightsErrors;

/** Those that a run is refused with before it is queued. */
export const pretrainedErrors = {
  ...{ WEIGHTS_UNKNOWN, WEIGHTS_UNFINISHED, WEIGHTS_MISSING, WEIGHTS_NO_HUB },
  ...{ NOT_WEIGHTS, WEIGHTS_TRUNCATED, NO_WEIGHTS_IN_FOLDER },
};
