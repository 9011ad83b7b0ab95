import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Setting } from '../../shared/contract/settings.ts';
import { settingWords } from '../../shared/format/settings.ts';
import { settingNames, settings } from '../../shared/model/settings.ts';
import { askLine } from './lib/ask-line.ts';
import { type Command, type CommonOptions, defineCommand } from './lib/define.ts';
import { withEngine } from './lib/engine.ts';
import { readName, usageError } from './lib/failure.ts';
import { language, translate } from './lib/language.ts';
import { remark, table, writeResult } from './lib/output.ts';

const what = { en: 'setting', ko: '설정' };

const shownValue = ({ value, isSet }: Setting) =>
  value ?? (isSet ? translate('set, not shown', '설정됨(표시하지 않음)') : '–');

/** What goes before a setting, said beside it. */
const sourceOf = ({ variable }: Setting) =>
  variable === null
    ? ''
    : translate(`${variable} of the engine goes before it`, `엔진의 ${variable} 값을 먼저 씁니다`);

/** A secret that is typed where nobody sees it, or that comes by a pipe: as an argument every program of the machine could read it. */
async function readSecret(title: string): Promise<string> {
  if (!process.stdin.isTTY) return (await readAll(process.stdin)).trim();
  return (await askLine(`${title}: `, { isHidden: true })).trim();
}

/** A path is of the folder in which it was typed. */
const asMeant = (kind: string, value: string) =>
  kind === 'program' || kind === 'folder' ? path.resolve(value) : value;

async function set({ json }: CommonOptions, typed?: string, value?: string): Promise<undefined> {
  const name = readName(settingNames, typed, what);
  const { kind } = settings[name];
  const title = settingWords[name].title[language];
  if (kind === 'secret' && value !== undefined)
    throw usageError(
      {
        en: `The value of ${name} is a secret, and every program of this machine can read arguments`,
        ko: `${name} 값은 비밀인데, 인자는 이 컴퓨터의 모든 프로그램이 읽을 수 있습니다`,
      },
      translate(
        'Leave it out and type it where you are asked, or send it by a pipe. If it was yours, make another one.',
        '값을 빼고 실행해 입력하거나 파이프로 보내세요. 실제 값을 적었다면 새로 발급받으세요.',
      ),
    );
  if (kind !== 'secret' && value === undefined)
    throw usageError(
      { en: `The value of ${name} is missing`, ko: `${name} 값이 빠졌습니다` },
      translate(
        `Write it behind the name; "settings unset ${name}" takes it back.`,
        `이름 뒤에 값을 쓰세요. 설정을 지우려면 "settings unset ${name}"을 실행하세요.`,
      ),
    );
  const given = value === undefined ? await readSecret(title) : asMeant(kind, value);
  if (given === '')
    throw usageError(
      { en: `The value of ${name} is empty`, ko: `${name} 값이 비어 있습니다` },
      translate(
        `"settings unset ${name}" takes a setting back.`,
        `설정을 지우려면 "settings unset ${name}"을 실행하세요.`,
      ),
    );
  const setting = await withEngine((api) => api.settings.set({ name, value: given }));
  const source = sourceOf(setting);
  if (!json && source !== '') remark(source);
  return writeResult({ json }, setting, () =>
    [translate(`${name} is set.`, `${name} 설정을 저장했습니다.`), settingWords[name].effect[language]].join(
      ' ',
    ),
  );
}

export function defineSettings(group: Command): void {
  defineCommand(group, {
    usage: 'list',
    english: 'list what can be set for the engine, and what is; secrets are not shown',
    korean: '엔진에 설정할 수 있는 것과 설정한 값을 나열합니다. 비밀 값은 표시하지 않습니다',
    examples: ['settings list', 'settings list --json'],
    json: '{"settings": [{"name", "value", "isSet", "variable"}]}',
  }).perform(async ({ json }) => {
    const found = await withEngine((api) => api.settings.list());
    return writeResult({ json }, found, () =>
      table(found.settings, [
        [translate('SETTING', '설정'), ({ name }) => name],
        [translate('VALUE', '값'), shownValue],
        [translate('WHAT IT IS', '내용'), ({ name }) => settingWords[name].title[language]],
        ['', sourceOf],
      ]),
    );
  });

  defineCommand(group, {
    usage: 'set <name> [value]',
    english:
      'change a setting, once it was seen to be usable; hubToken is asked for, or read from standard input',
    korean: '값을 쓸 수 있는지 확인한 뒤 설정합니다. hubToken은 입력을 받거나 표준 입력에서 읽습니다',
    examples: [
      'settings set trainerPython ~/venv/bin/python',
      'settings set trainerIndex https://mirror.example/simple',
      'settings set hubToken',
    ],
    json: '{"name", "value", "isSet", "variable"}',
  }).perform(set);

  defineCommand(group, {
    usage: 'unset <name>',
    english: 'take a setting back',
    korean: '설정을 되돌립니다',
    examples: ['settings unset trainerPython'],
    json: '{"name", "value", "isSet", "variable"}',
  }).perform(async ({ json }, typed) => {
    const name = readName(settingNames, typed, what);
    const setting = await withEngine((api) => api.settings.unset({ name }));
    return writeResult({ json }, setting, () =>
      translate(`${name} is not set any more.`, `${name} 설정을 지웠습니다.`),
    );
  });
}
