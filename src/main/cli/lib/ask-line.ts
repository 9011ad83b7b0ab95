import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { hasCode } from '../../platform/error-code.ts';
import { usageError } from './failure.ts';

interface Asking {
  /** What is typed is shown nowhere. */
  readonly isHidden?: boolean;
  readonly input?: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
}

/** Asks a person at a terminal for a line. @throws TrainyardError USAGE where they leave it with Ctrl-C or Ctrl-D */
export async function askLine(
  question: string,
  { isHidden = false, input = process.stdin, output = process.stderr }: Asking = {},
): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (isHidden) output.write(question);
  using lines = createInterface({ input, output: isHidden ? unseen : output, terminal: true });
  try {
    const line = await lines.question(isHidden ? '' : question);
    if (isHidden) output.write('\n');
    return line;
  } catch (error) {
    if (!hasCode(error, 'ABORT_ERR')) throw error;
    output.write('\n');
    throw usageError(
      { en: 'Nothing was typed', ko: '입력하지 않았습니다' },
      {
        en: 'Run the command again, and end the line with Enter.',
        ko: '명령을 다시 실행하고 입력한 뒤 Enter를 누르세요.',
      },
    );
  }
}
