import type { Command } from 'commander';
import { defineDataset } from './commands/dataset.ts';
import { defineDatabase } from './commands/db.ts';
import { defineDoctor } from './commands/doctor.ts';
import { defineOpen } from './commands/open.ts';
import { defineProfile } from './commands/profile.ts';
import { defineProject } from './commands/project.ts';
import { defineRuns } from './commands/runs.ts';
import { defineServe } from './commands/serve.ts';
import { defineStack } from './commands/stack.ts';
import { defineTrain } from './commands/train.ts';
import { defineProgram } from './define.ts';
import { failureOf } from './failure.ts';
import { translate } from './language.ts';
import { hasWritten, remark, writeJson } from './output.ts';

/** Every command; what a command does is loaded when it is done. */
export function createProgram(): Command {
  const program = defineProgram(
    'trainyard',
    translate(
      'Trains vision models on this machine. Commands find the running engine through the state folder, and start one where none runs.',
      '이 컴퓨터에서 비전 모델을 학습합니다. 명령은 상태 폴더로 실행 중인 엔진을 찾고, 없으면 시작합니다.',
    ),
  );
  for (const define of [
    defineServe,
    defineOpen,
    defineProject,
    defineDataset,
    defineTrain,
    defineRuns,
    defineStack,
    defineDatabase,
    defineDoctor,
    defineProfile,
  ]) {
    define(program);
  }
  return program;
}

/** The command's words in what was typed: `trainyard runs follow` of `runs follow last --json`. */
function typedCommand(program: Command, argv: readonly string[]): string {
  const words = [program.name()];
  let current = program;
  for (const word of argv) {
    const next = current.commands.find((command) => command.name() === word);
    if (!next) break;
    words.push(word);
    current = next;
  }
  return words.join(' ');
}

/**
 * Runs a command line.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = createProgram();
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
