import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { fault } from '../../shared/errors/catalogue.ts';
import { type Profile, profiles } from '../../shared/model/stack.ts';
import { checkStores, type StoreCheck } from '../features/doctor/checks/external-servers.ts';
import { openHome } from '../platform/home.ts';
import { homeFolder } from '../platform/paths.ts';
import { keepExternalFile, readExternal, readExternalFile } from '../stores/profiles/external-file.ts';
import { type Command, type CommonOptions, defineCommand } from './lib/define.ts';
import { readName } from './lib/failure.ts';
import { translate } from './lib/language.ts';
import { styled, writeJson, writeLine, writeResult } from './lib/output.ts';
import { profileInUse } from './lib/profile-in-use.ts';
import { switchProfile } from './lib/switch-profile.ts';

const print = (profile: Profile, options: CommonOptions) => writeResult(options, { profile }, () => profile);

async function report(checks: readonly StoreCheck[], { json }: CommonOptions): Promise<number> {
  const ok = checks.every((check) => check.ok);
  if (json) await writeJson({ ok, stores: checks });
  for (const check of json ? [] : checks) {
    const mark = check.ok ? styled('green', '✓') : styled('red', '✗');
    await writeLine(`${mark} ${check.store}: ${check.message}${check.code ? ` [${check.code}]` : ''}`);
    if (check.hint) await writeLine(`  → ${check.hint}`);
  }
  return ok ? 0 : 1;
}

async function readGiven(file: string): Promise<{ place: string; text: string }> {
  // As a path that name lies in this folder, from which paths in what comes by standard input count.
  const place = file === '-' ? translate('standard input', '표준 입력') : path.resolve(file);
  try {
    return { place, text: file === '-' ? await readAll(process.stdin) : readFileSync(place, 'utf8') };
  } catch (error) {
    throw fault('EXTERNAL_UNREADABLE', { file: place }, { place: { file: place }, cause: error });
  }
}

export function defineProfile(group: Command): void {
  defineCommand(group, {
    usage: 'show',
    english: 'show the profile of this state folder',
    korean: '이 상태 폴더의 프로필을 보여 줍니다',
    examples: ['profile show'],
    json: '{"profile"}',
  }).perform(async (options) => print(await profileInUse(openHome(homeFolder())), options));

  defineCommand(group, {
    usage: 'use <profile>',
    english:
      'choose the profile; a running engine switches to it at once. Data does not move: "stack migrate" moves it',
    korean:
      '프로필을 고릅니다. 실행 중인 엔진은 바로 바뀝니다. 데이터는 옮겨지지 않으며 "stack migrate"로 옮깁니다',
    examples: ['profile use docker'],
    json: '{"profile"}',
  }).perform(async (options, typed) => {
    const profile = readName(profiles, typed, { en: 'profile', ko: '프로필' });
    const home = openHome(homeFolder());
    if (profile === 'external') readExternal(home);
    await switchProfile(home, profile);
    return print(profile, options);
  });

  const json = '{"ok", "stores": [{"store", "ok", "code", "message", "hint"}]}';
  defineCommand(group, {
    usage: 'external <file>',
    english:
      'read the addresses of servers from a JSON file (- for standard input), check each, and keep them where all can be used',
    korean: 'JSON 파일(-는 표준 입력)에서 서버 주소를 읽어 하나씩 확인하고, 모두 쓸 수 있으면 보관합니다',
    examples: ['profile external servers.json'],
    json,
  }).perform(async (options, file = '-') => {
    const home = openHome(homeFolder());
    const { place, text } = await readGiven(file);
    const checks = await checkStores(readExternalFile(place, text));
    // Only where every server can be used: half a profile helps nobody.
    if (checks.every(({ ok }) => ok)) keepExternalFile(home, place, text);
    return report(checks, options);
  });

  defineCommand(group, {
    usage: 'check',
    english: 'ask every server of the external profile, each for itself',
    korean: '외부 프로필의 서버를 하나씩 확인합니다',
    examples: ['profile check', 'profile check --json'],
    json,
  }).perform(async (options) => report(await checkStores(readExternal(openHome(homeFolder()))), options));
}
