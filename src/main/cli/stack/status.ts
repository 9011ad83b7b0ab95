import type { StackState } from '../../../shared/contract/stack.ts';
import { isUp } from '../../../shared/model/stack.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { inOwnWords } from '../lib/failure.ts';
import { formatStatus, formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, styled, table, writeJson, writeLine } from '../lib/output.ts';
import { openStack } from './cli-stack.ts';

const marks = {
  healthy: () => styled('green', '●'),
  starting: () => styled('yellow', '●'),
  unhealthy: () => styled('red', '●'),
  failed: () => styled('red', '✗'),
  stopped: () => styled('dim', '○'),
  absent: () => styled('dim', '○'),
};

/** The state of the stack as `--json` prints it. */
export const stateShape =
  '{"status", "profile", "name", "services": [{"name", "status", "endpoint", "image", …}]}';

/** A table of the services, then why some are not well. */
export async function printState(state: StackState): Promise<undefined> {
  await writeLine(
    state.name === null
      ? translate('no stack yet\n', '아직 스택이 없습니다\n')
      : `${state.name}: ${formatStatus(state.status)}\n`,
  );
  await writeLine(
    table(state.services, [
      [translate('SERVICE', '서비스'), ({ name }) => name],
      [translate('STATUS', '상태'), ({ status }) => `${marks[status]()} ${formatStatus(status)}`],
      [translate('ENDPOINT', '접속 주소'), ({ endpoint }) => endpoint ?? '–'],
      [translate('VERSION', '버전'), ({ version }) => version ?? '–'],
      [translate('IMAGE', '이미지'), ({ image }) => image],
      [translate('SINCE', '시작'), ({ status, startedAt }) => formatTime(isUp(status) ? startedAt : null)],
    ]),
  );
  for (const { name, cause } of state.services) {
    if (!cause) continue;
    const { message, hint } = inOwnWords(cause);
    await writeLine(`\n${styled('bold', name)}: ${message}`);
    await writeLine(`  → ${hint}`);
    for (const line of cause.lines) await writeLine(styled('dim', `  ${line}`));
  }
}

export function defineStatus(group: Command): void {
  defineCommand(group, {
    usage: 'status',
    english: 'show the services; running ones are probed',
    korean: '서비스를 보여 줍니다. 실행 중인 것은 고유 프로토콜로 확인합니다',
    examples: ['stack status', 'stack status --json --reveal'],
    json: stateShape,
  })
    .flag(
      '--reveal',
      'with the connection strings and their passwords',
      '접속 문자열을 비밀번호와 함께 보여 줍니다',
    )
    .perform<{ reveal?: true }>(async ({ reveal, json }) => {
      await using opened = await openStack();
      const state = await opened.stack.status();
      const urls = reveal && state.name !== null ? await opened.stack.urls() : null;
      if (json) {
        await writeJson(urls ? { ...state, urls } : state);
        return;
      }
      await printState(state);
      if (urls) await writeLine(`\n${facts(Object.entries(urls))}`);
      return 0;
    });
}
