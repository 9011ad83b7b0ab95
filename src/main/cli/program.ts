import { Option } from 'commander';
import { type Command, defineProgram } from './lib/define.ts';
import { failureOf } from './lib/failure.ts';
import { translate } from './lib/language.ts';
import { hasWritten, remark, writeJson } from './lib/output.ts';
import { defineProject } from './project.ts';
import { defineRuns } from './runs/runs.ts';

export { translate } from './lib/language.ts';

type Define = (command: Command) => void;

/** What can be typed first, in the order of the help. What stands below a group, or what a command takes, is loaded when it is wanted, but for what is asked most. */
const commands: readonly {
  readonly name: string;
  readonly isGroup?: true;
  readonly english: string;
  readonly korean: string;
  readonly load: () => Promise<Define>;
}[] = [
  {
    name: 'serve',
    english: 'run the engine until SIGTERM or Ctrl-C; trainings go on and are taken over by the next engine',
    korean:
      'SIGTERM을 받거나 Ctrl-C를 누를 때까지 엔진을 실행합니다. 학습은 계속되고 다음 엔진이 이어받습니다',
    load: async () => (await import('./serve.ts')).defineServe,
  },
  {
    name: 'open',
    english: 'make a link that opens the UI once, and open it where there is a display',
    korean: '한 번만 쓸 수 있는 화면 링크를 만들고, 화면이 있으면 엽니다',
    load: async () => (await import('./open.ts')).defineOpen,
  },
  {
    name: 'project',
    isGroup: true,
    english: 'projects: what datasets and runs belong to',
    korean: '프로젝트: 데이터셋과 학습이 속하는 곳',
    load: async () => defineProject,
  },
  {
    name: 'dataset',
    isGroup: true,
    english: 'datasets: images in immutable versions',
    korean: '데이터셋: 바뀌지 않는 버전으로 보관되는 이미지',
    load: async () => (await import('./dataset/dataset.ts')).defineDataset,
  },
  {
    name: 'train',
    english: 'queue a training run',
    korean: '학습을 대기열에 넣습니다',
    load: async () => (await import('./train/train.ts')).defineTrain,
  },
  {
    name: 'models',
    isGroup: true,
    english: 'models that can be trained, and where trainers can run here',
    korean: '학습할 수 있는 모델과 이 컴퓨터의 실행기',
    load: async () => (await import('./models.ts')).defineModels,
  },
  {
    name: 'weights',
    isGroup: true,
    english: 'pretrained weights that trainings begin with',
    korean: '학습을 시작할 때 쓰는 사전 학습 가중치',
    load: async () => (await import('./weights.ts')).defineWeights,
  },
  {
    name: 'templates',
    isGroup: true,
    english: 'settings that are kept to begin trainings with',
    korean: '학습을 시작할 때 쓰려고 저장해 둔 설정',
    load: async () => (await import('./templates.ts')).defineTemplates,
  },
  {
    name: 'runs',
    isGroup: true,
    english: 'training runs; RUN is an id, its first characters, or "last"',
    korean: '학습. RUN은 ID, ID의 앞부분, 또는 "last"',
    load: async () => defineRuns,
  },
  {
    name: 'predict',
    english: "show what a finished run's model finds in images",
    korean: '완료된 학습의 모델이 이미지에서 찾은 것을 보여 줍니다',
    load: async () => (await import('./predict.ts')).definePredict,
  },
  {
    name: 'stack',
    isGroup: true,
    english: 'the services of the docker profile: postgres, mongo, redis, s3, temporal',
    korean: 'docker 프로필의 서비스: postgres, mongo, redis, s3, temporal',
    load: async () => (await import('./stack/stack.ts')).defineStack,
  },
  {
    name: 'db',
    isGroup: true,
    english: "the database's schema, by numbered revisions",
    korean: '데이터베이스 스키마를 번호가 붙은 리비전으로 관리',
    load: async () => (await import('./db/db.ts')).defineDatabase,
  },
  {
    name: 'backup',
    isGroup: true,
    english: 'snapshots of every store: made, verified, restored',
    korean: '모든 저장소의 스냅숏: 만들기, 검증, 복원',
    load: async () => (await import('./backup/backup.ts')).defineBackup,
  },
  {
    name: 'upgrade',
    isGroup: true,
    english:
      'what a newer version changes of the data and its servers: planned first, then done, with the way back',
    korean: '새 버전이 데이터와 서버에서 바꾸는 것: 먼저 계획을 보고, 되돌릴 수 있게 적용합니다',
    load: async () => (await import('./upgrade/upgrade.ts')).defineUpgrade,
  },
  {
    name: 'doctor',
    english: 'check this machine: each finding has its cause and what fixes it',
    korean: '이 컴퓨터를 점검합니다. 찾은 것마다 원인과 해결 방법을 알려 줍니다',
    load: async () => (await import('./doctor.ts')).defineDoctor,
  },
  {
    name: 'settings',
    isGroup: true,
    english: "the trainer's Python and packages, and the account at Hugging Face",
    korean: '학습기의 Python과 패키지, Hugging Face 계정',
    load: async () => (await import('./settings.ts')).defineSettings,
  },
  {
    name: 'profile',
    isGroup: true,
    english: 'where the stores are: embedded, docker or external',
    korean: '저장소가 있는 곳: embedded, docker, external',
    load: async () => (await import('./profile.ts')).defineProfile,
  },
];

/** The program, with what stands below the commands that are typed. @param typed null: below all of them */
export async function createProgram(typed: readonly string[] | null): Promise<Command> {
  const program = defineProgram(
    'trainyard',
    translate(
      'Trains vision models on this machine. Commands find the running engine through the state folder, and start one where none runs.',
      '이 컴퓨터에서 비전 모델을 학습합니다. 명령은 상태 폴더로 실행 중인 엔진을 찾고, 없으면 시작합니다.',
    ),
  );
  for (const { name, isGroup, english, korean, load } of commands) {
    const command = program.command(name).description(translate(english, korean));
    if (!typed || typed.includes(name)) (await load())(command);
    // The help names its options in general, which are not there yet.
    else if (!isGroup) command.addOption(new Option('--json').hideHelp());
  }
  return program;
}

/** The command's words in what was typed: `trainyard runs follow` of `runs follow last --json`. */
function typedCommand(program: Command, argv: readonly string[]): string {
  const words = [program.name()];
  let { commands: known } = program;
  for (const word of argv) {
    const next = known.find((command) => command.name() === word);
    if (!next) break;
    words.push(word);
    known = next.commands;
  }
  return words.join(' ');
}

/**
 * Runs a command line.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = await createProgram(argv);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (caught) {
    const { exitCode, sentence, error } = failureOf(caught, typedCommand(program, argv));
    if (sentence === null) return exitCode;
    remark(sentence);
    if (argv.includes('--json') && !hasWritten()) await writeJson({ error });
    return exitCode;
  }
}
