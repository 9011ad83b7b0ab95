import { badGateway, conflict, failure } from './entry.ts';

/** What keeps the torch trainer's Python environment from being made, or from working. */
export const trainerEnvironmentErrors = {
  PYTHON_NOT_FOUND: conflict(
    'The torch trainer needs Python {least} or newer, and there is no Python on the PATH',
    'Install Python {least} or newer, or name one ([cli:TRAINYARD_TRAINER_PYTHON, or "trainyard settings set trainerPython"][page:“Settings” on the page “System”]).',
    'torch 학습기에는 Python {least} 이상이 필요하지만, PATH에 Python이 없습니다',
    'Python {least} 이상을 설치하거나 직접 지정하세요([cli:TRAINYARD_TRAINER_PYTHON 또는 "trainyard settings set trainerPython"][page:“시스템” 페이지의 “설정”]).',
  ),
  PYTHON_TOO_OLD: conflict(
    'The torch trainer needs Python {least} or newer; found: {found}',
    'Install a newer Python beside it, or name one ([cli:TRAINYARD_TRAINER_PYTHON, or "trainyard settings set trainerPython"][page:“Settings” on the page “System”]).',
    'torch 학습기에는 Python {least} 이상이 필요합니다. 찾은 것: {found}',
    '더 새로운 Python을 따로 설치하거나 직접 지정하세요([cli:TRAINYARD_TRAINER_PYTHON 또는 "trainyard settings set trainerPython"][page:“시스템” 페이지의 “설정”]).',
  ),
  PYTHON_UNUSABLE: conflict(
    'The Python that was chosen for the torch trainer, {python}, does not run ({reason})',
    'Correct TRAINYARD_TRAINER_PYTHON or the setting [cli:trainerPython][page:“Python of the torch trainer” (page “System”)], or remove it: a Python is then looked for on the PATH.',
    'torch 학습기용으로 지정한 Python {python}{python|이|가} 실행되지 않습니다({reason})',
    'TRAINYARD_TRAINER_PYTHON이나 [cli:trainerPython][page:“시스템” 페이지의 “torch 학습기의 Python”] 설정을 고치거나 지우세요. 지우면 PATH에서 Python을 찾습니다.',
  ),
  PYTHON_WITHOUT_VENV: conflict(
    '{python} (Python {version}) cannot make environments: its module ensurepip is not there',
    'On Debian and Ubuntu: sudo apt-get install -y {package}. Or install uv, which does without it.',
    '{python}(Python {version})에 ensurepip 모듈이 없어 가상 환경을 만들 수 없습니다',
    'Debian이나 Ubuntu라면 sudo apt-get install -y {package}{package|을|를} 실행하세요. uv를 설치해도 됩니다.',
  ),
  TRAINER_WHEELS_MISSING: conflict(
    'The folder of wheels for the torch trainer is not there: {folder}',
    'Correct TRAINYARD_TRAINER_WHEELS or the setting [cli:trainerWheels][page:“Folder of wheels” (page “System”)], or remove it: the packages then come from the package index.',
    'torch 학습기용 wheel 폴더가 없습니다: {folder}',
    'TRAINYARD_TRAINER_WHEELS나 [cli:trainerWheels][page:“시스템” 페이지의 “wheel 폴더”] 설정을 고치거나 지우세요. 지우면 패키지 저장소에서 받습니다.',
  ),
  PACKAGES_UNREACHABLE: badGateway(
    'The package index cannot be reached: {words}',
    'Check the network and the proxy. Behind a firewall name a mirror, as pip and uv read it (PIP_INDEX_URL, UV_INDEX_URL, pip.conf), or a folder of wheels ([cli:TRAINYARD_TRAINER_WHEELS, or "trainyard settings set trainerWheels"][page:“Settings” on the page “System”]).',
    '패키지 저장소에 연결할 수 없습니다: {words}',
    '네트워크와 프록시를 확인하세요. 방화벽 안이라면 pip과 uv가 읽는 방식(PIP_INDEX_URL, UV_INDEX_URL, pip.conf)으로 미러를 지정하거나 wheel 폴더([cli:TRAINYARD_TRAINER_WHEELS 또는 "trainyard settings set trainerWheels"][page:“시스템” 페이지의 “설정”])를 쓰세요.',
  ),
  PACKAGE_NOT_OFFERED: failure(
    'The package {package} is not to be had from {where} for Python {version} on this machine',
    'Add it there, or choose another Python ([cli:TRAINYARD_TRAINER_PYTHON, or "trainyard settings set trainerPython"][page:“Settings” on the page “System”]); docs/torch-trainer.md has the versions that were tried.',
    '{where}에 이 컴퓨터의 Python {version}에서 쓸 수 있는 {package} 패키지가 없습니다',
    '그곳에 패키지를 추가하거나 다른 Python을 고르세요([cli:TRAINYARD_TRAINER_PYTHON 또는 "trainyard settings set trainerPython"][page:“시스템” 페이지의 “설정”]). 확인된 버전은 docs/torch-trainer.md에 있습니다.',
  ),
  PACKAGES_NOT_INSTALLED: failure(
    '{program} could not install the torch trainer’s packages ({end}): {words}',
    'The lines above it say more. What was begun is removed; try again once the cause is gone.',
    '{program}{program|으로|로} torch 학습기의 패키지를 설치하지 못했습니다({end}). {words}',
    '자세한 내용은 그 앞의 출력에 있습니다. 설치하던 것은 지워졌으니 원인을 없앤 뒤 다시 시도하세요.',
  ),
  TRAINER_ENVIRONMENT_GONE: failure(
    'The Python environment of the torch trainer was taken away before the training began',
    'Retry the run: the environment is made again.',
    '학습을 시작하기 전에 torch 학습기의 Python 환경이 없어졌습니다',
    '다시 학습하세요. 환경은 다시 만들어집니다.',
  ),
  TORCH_BROKEN: failure(
    'torch does not work in {python}: {reason}',
    'Another build of torch, or another Python, may work here: name a Python that has torch ([cli:TRAINYARD_TRAINER_PYTHON, or "trainyard settings set trainerPython"][page:“Settings” on the page “System”]).',
    '{python}에서 torch가 작동하지 않습니다: {reason}',
    '다른 torch 빌드나 다른 Python에서는 될 수 있습니다. torch가 설치된 Python을 지정하세요([cli:TRAINYARD_TRAINER_PYTHON 또는 "trainyard settings set trainerPython"][page:“시스템” 페이지의 “설정”]).',
  ),
  TORCH_DRIVER_TOO_OLD: failure(
    'The NVIDIA driver is too old for torch {torch}: it runs CUDA up to {driver}, and torch was built for CUDA {cuda}',
    'Update the driver. Until then trainings run on the processor.',
    'NVIDIA 드라이버가 torch {torch}에 비해 오래되었습니다. 드라이버는 CUDA {driver}까지 지원하지만 torch는 CUDA {cuda}용입니다',
    '드라이버를 업데이트하세요. 그때까지 학습은 CPU에서 실행됩니다.',
  ),
  TORCH_CARD_UNSUPPORTED: failure(
    'torch {torch} has no code for this card: {reason}',
    'Name a Python with a build of torch that supports the card ([cli:TRAINYARD_TRAINER_PYTHON, or "trainyard settings set trainerPython"][page:“Settings” on the page “System”]). Until then trainings run on the processor.',
    'torch {torch}{torch|이|가} 이 그래픽카드를 지원하지 않습니다: {reason}',
    '이 그래픽카드를 지원하는 torch가 설치된 Python을 지정하세요([cli:TRAINYARD_TRAINER_PYTHON 또는 "trainyard settings set trainerPython"][page:“시스템” 페이지의 “설정”]). 그때까지 학습은 CPU에서 실행됩니다.',
  ),
  TORCH_WITHOUT_CARDS: failure(
    'There is a card here, and torch {torch} is a build for the processor alone',
    'Name a Python with a build of torch for the card ([cli:TRAINYARD_TRAINER_PYTHON, or "trainyard settings set trainerPython"][page:“Settings” on the page “System”]), or add such a build to the folder of wheels. Until then trainings run on the processor.',
    '그래픽카드가 있지만 torch {torch}{torch|은|는} CPU 전용 빌드입니다',
    '그래픽카드용 torch가 설치된 Python을 지정하거나([cli:TRAINYARD_TRAINER_PYTHON 또는 "trainyard settings set trainerPython"][page:“시스템” 페이지의 “설정”]) wheel 폴더에 그런 빌드를 넣으세요. 그때까지 학습은 CPU에서 실행됩니다.',
  ),
  TORCH_CARD_FAILED: failure(
    'torch {torch} cannot compute on the card: {reason}',
    'Look at what [cli:"trainyard doctor"][page:the page “Doctor”] says of the driver. Until then trainings run on the processor.',
    'torch {torch}{torch|이|가} 그래픽카드에서 계산하지 못합니다: {reason}',
    '[cli:"trainyard doctor"로][page:“진단” 페이지에서] 드라이버를 점검하세요. 그때까지 학습은 CPU에서 실행됩니다.',
  ),
};
