import type { Bilingual } from '../errors/entry.ts';
import type { SettingName } from '../model/settings.ts';

interface SettingWords {
  readonly title: Bilingual;
  /** What it is for. */
  readonly help: Bilingual;
  /** When a change takes effect. */
  readonly effect: Bilingual;
}

const environmentEffect = {
  en: 'It takes effect when a Python environment is made the next time: before the first training, and after a change of Trainyard’s packages.',
  ko: 'Python 환경을 다음에 새로 만들 때 적용됩니다. 첫 학습 전이나 Trainyard의 패키지가 바뀐 뒤에 만들어집니다.',
};
const pullEffect = {
  en: 'It takes effect with the next pull of weights, and where one that was cut off goes on.',
  ko: '다음에 가중치를 받을 때와, 끊긴 내려받기를 이어받을 때 적용됩니다.',
};

/** Settings in words: the same on the page and on the command line. */
export const settingWords: Readonly<Record<SettingName, SettingWords>> = {
  trainerPython: {
    title: { en: 'Python of the torch trainer', ko: 'torch 학습기의 Python' },
    help: {
      en: 'A Python of yours, by its path. Where it has torch and the other packages it runs the trainer; else the environment is made from it. Not set: the first one on the PATH that is new enough.',
      ko: '직접 쓰는 Python의 경로입니다. torch와 다른 패키지가 있으면 그대로 쓰고, 없으면 이 Python으로 환경을 만듭니다. 설정하지 않으면 PATH에서 알맞은 것을 찾습니다.',
    },
    effect: {
      en: 'It takes effect with the next training in a Python environment; those that run keep theirs.',
      ko: 'Python 환경에서 실행하는 다음 학습부터 적용됩니다. 실행 중인 학습은 그대로입니다.',
    },
  },
  trainerWheels: {
    title: { en: 'Folder of wheels', ko: 'wheel 폴더' },
    help: {
      en: 'Packages come from this folder in place of every index, for machines without a network.',
      ko: '네트워크가 없는 컴퓨터에서, 패키지 저장소 대신 이 폴더에서 패키지를 설치합니다.',
    },
    effect: environmentEffect,
  },
  trainerIndex: {
    title: { en: 'Package index', ko: '패키지 저장소' },
    help: {
      en: 'A mirror of PyPI, as https://mirror.example/simple. Not set: as pip and uv are set up on this machine.',
      ko: 'PyPI 미러의 주소입니다. 예: https://mirror.example/simple. 설정하지 않으면 이 컴퓨터의 pip과 uv 설정을 따릅니다.',
    },
    effect: environmentEffect,
  },
  hubMirror: {
    title: { en: 'Mirror of Hugging Face', ko: 'Hugging Face 미러' },
    help: {
      en: 'In place of https://huggingface.co where weights are pulled.',
      ko: '가중치를 받을 때 https://huggingface.co 대신 쓸 주소입니다.',
    },
    effect: pullEffect,
  },
  hubToken: {
    title: { en: 'Token of Hugging Face', ko: 'Hugging Face 토큰' },
    help: {
      en: 'For private and gated models. It is kept in secrets.json of the state folder, sent to the hub or its mirror alone, and never shown again. Not set: the one of “hf auth login”.',
      ko: '비공개 모델과 동의가 필요한 모델용입니다. 상태 폴더의 secrets.json에 보관하고 허브나 미러에만 보내며 다시 표시하지 않습니다. 설정하지 않으면 “hf auth login”의 토큰을 씁니다.',
    },
    effect: pullEffect,
  },
};
