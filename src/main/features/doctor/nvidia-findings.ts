import { type Entry, error, ok, text, warning } from './finding-entry.ts';

/** NVIDIA cards: the driver here, and what containers see of them. */
export const nvidiaFindings = {
  NVIDIA_OK: ok('The NVIDIA driver answers for its cards.', 'NVIDIA 드라이버가 카드를 알려 줍니다.'),
  NVIDIA_NONE: ok(
    'No NVIDIA card is seen here: trainings run on the processor.',
    'NVIDIA 카드가 보이지 않아 학습은 CPU로 합니다.',
  ),
  NVIDIA_DRIVER_MISSING: error(
    text(
      'There is an NVIDIA card, and no driver for it (no nvidia-smi).',
      'NVIDIA 카드가 있지만 드라이버(nvidia-smi)가 없습니다.',
    ),
    text('Install NVIDIA’s driver and restart the machine.', 'NVIDIA 드라이버를 설치하고 다시 시작하세요.'),
  ),
  NVIDIA_DRIVER_FAILED: error(
    text('nvidia-smi cannot talk to the NVIDIA driver.', 'nvidia-smi가 NVIDIA 드라이버와 통신하지 못합니다.'),
    text(
      'Load the driver; after a new kernel its module must be built again (DKMS), and Secure Boot must know its key.',
      '드라이버를 올리세요. 커널이 바뀌면 모듈을 다시 빌드하고(DKMS), Secure Boot에는 키를 등록해야 합니다.',
    ),
    'sudo modprobe nvidia',
  ),
  NVIDIA_DRIVER_MISMATCH: error(
    text(
      'The NVIDIA driver was updated while its old module is still loaded.',
      'NVIDIA 드라이버가 바뀌었지만 예전 모듈이 아직 올라와 있습니다.',
    ),
    text('Restart the machine.', '컴퓨터를 다시 시작하세요.'),
    'sudo reboot',
  ),
  NVIDIA_NO_DEVICES: error(
    text('The NVIDIA driver runs and sees no card.', 'NVIDIA 드라이버가 실행되지만 카드를 찾지 못합니다.'),
    text(
      'Look whether a card fell off the bus ("Xid" in the kernel’s log): a cold start brings it back, or its power and seat are bad.',
      '카드가 버스에서 떨어졌는지 커널 로그의 "Xid"를 보세요. 완전히 껐다 켜거나 전원과 장착을 확인하세요.',
    ),
    'sudo dmesg | grep -i xid',
  ),
  NVIDIA_DRIVER_HANGS: error(
    text('nvidia-smi does not come to its end.', 'nvidia-smi가 끝나지 않습니다.'),
    text(
      'A card or its driver hangs: look for "Xid" in the kernel’s log, and restart the machine.',
      '카드나 드라이버가 멈췄습니다. 커널 로그의 "Xid"를 보고 다시 시작하세요.',
    ),
    'sudo dmesg | grep -i xid',
  ),
  NVIDIA_SMI_BROKEN: error(
    text(
      'nvidia-smi fails, or says what nobody understands.',
      'nvidia-smi가 실패하거나 알 수 없는 답을 합니다.',
    ),
    text(
      'See what it says, and install NVIDIA’s driver again.',
      '내용을 보고 NVIDIA 드라이버를 다시 설치하세요.',
    ),
  ),
  NVIDIA_TOOLKIT_OK: ok(
    'Containers see the NVIDIA cards (nvidia-smi ran in one).',
    '컨테이너에서 NVIDIA 카드가 보입니다(안에서 nvidia-smi 실행).',
  ),
  NVIDIA_TOOLKIT_UNTESTED: warning(
    text(
      'Whether containers see the NVIDIA cards could not be tried: no suitable image is here.',
      '알맞은 이미지가 없어 컨테이너에서 NVIDIA 카드가 보이는지 시험하지 못했습니다.',
    ),
    text('Pull the stack’s images, as "stack up" does.', '"stack up"처럼 스택의 이미지를 받으세요.'),
    'trainyard stack up',
  ),
  NVIDIA_TOOLKIT_MISSING: error(
    text(
      'Docker knows no NVIDIA runtime: the NVIDIA Container Toolkit is not installed for it.',
      'Docker에 NVIDIA 런타임이 없습니다. NVIDIA Container Toolkit이 설치되지 않았습니다.',
    ),
    text(
      'Install nvidia-container-toolkit, tell Docker of it, and restart Docker.',
      'nvidia-container-toolkit을 설치해 Docker에 등록하고 Docker를 다시 시작하세요.',
    ),
    'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
  ),
  NVIDIA_TOOLKIT_BROKEN: error(
    text(
      'Docker takes the request for NVIDIA cards, and the container gets none.',
      'Docker가 NVIDIA 카드 요청을 받지만 컨테이너에는 카드가 없습니다.',
    ),
    text(
      'Install nvidia-container-toolkit again, configure it for Docker, and restart Docker.',
      'nvidia-container-toolkit을 다시 설치해 Docker에 설정하고 Docker를 다시 시작하세요.',
    ),
    'sudo nvidia-ctk runtime configure --runtime=docker && sudo systemctl restart docker',
  ),
  NVIDIA_TOOLKIT_OTHER_CARDS: error(
    text(
      'Containers see other NVIDIA cards than this machine has.',
      '컨테이너에서 보이는 NVIDIA 카드가 이 컴퓨터의 것과 다릅니다.',
    ),
    text(
      'Let nvidia-container-toolkit describe the cards anew, and restart Docker.',
      'nvidia-container-toolkit이 카드를 다시 등록하게 하고 Docker를 다시 시작하세요.',
    ),
    'sudo nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml && sudo systemctl restart docker',
  ),
} as const satisfies Record<string, Entry>;
