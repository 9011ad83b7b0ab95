import type { StackState, StackUrls } from '../../../shared/contract/stack.ts';
import type { CommonOptions } from '../define.ts';
import { inOwnWords } from '../failure.ts';
import { formatTime } from '../format.ts';
import { translate } from '../language.ts';
import { facts, styled, table, writeJson, writeLine } from '../output.ts';
import { serviceStatusWord, stackStatusWord } from '../stack-words.ts';
import { openStack } from './stack-open.ts';

export interface StackStatusOptions {
  readonly reveal?: true;
}

const marks = {
  healthy: () => styled('green', '●'),
  starting: () => styled('yellow', '●'),
  unhealthy: () => styled('red', '●'),
  failed: () => styled('red', '✗'),
  stopped: () => styled('dim', '○'),
  absent: () => styled('dim', '○'),
};

/** A table of the services, then why some are not well. */
export async function printState(state: StackState): Promise<undefined> {
  const columns = [
    { title: translate('SERVICE', '서비스') },
    { title: translate('STATUS', '상태') },
    { title: translate('ENDPOINT', '주소') },
    { title: translate('VERSION', '버전') },
    { title: translate('IMAGE', '이미지') },
    { title: translate('SINCE', '시작') },
  ];
  const rows = state.services.map((service) => [
    service.name,
    `${marks[service.status]()} ${serviceStatusWord(service.status)}`,
    service.endpoint ?? '–',
    service.version ?? '–',
    service.image,
    formatTime(service.startedAt),
  ]);
  await writeLine(
    `${state.name ?? translate('no stack yet', '아직 스택이 없습니다')}: ${stackStatusWord(state.status)}\n`,
  );
  await writeLine(table(columns, rows));
  for (const { name, cause } of state.services) {
    if (!cause) continue;
    const { message, hint } = inOwnWords(cause);
    await writeLine(`\n${styled('bold', name)}: ${message}`);
    await writeLine(`  → ${hint}`);
    for (const line of cause.lines) await writeLine(styled('dim', `  ${line}`));
  }
}

function printUrls(urls: StackUrls): Promise<void> {
  return writeLine(`\n${facts(Object.entries(urls))}`);
}

/** Asks the daemon and the services; needs no engine. */
export async function stackStatus(options: StackStatusOptions & CommonOptions): Promise<undefined> {
  await using opened = openStack();
  const state = await opened.stack.status();
  const urls = options.reveal && state.name !== null ? await opened.stack.urls() : null;
  if (options.json) {
    await writeJson(urls ? { ...state, urls } : state);
    return;
  }
  await printState(state);
  if (urls) await printUrls(urls);
}
