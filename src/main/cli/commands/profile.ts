import { type Command, InvalidArgumentError } from 'commander';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { defineCommand, defineGroup, perform } from '../define.ts';
import { translate } from '../language.ts';

function checkProfile(text: string | undefined): Profile {
  const found = profiles.find((one) => one === text);
  if (found) return found;
  throw new InvalidArgumentError(
    translate(
      `The profile is one of ${profiles.join(', ')}.`,
      `프로필은 ${profiles.join(', ')} 중 하나입니다.`,
    ),
  );
}

export function defineProfile(program: Command): void {
  const group = defineGroup(
    program,
    'profile',
    translate(
      'where the stores are: embedded, docker or external',
      '저장소가 있는 곳: embedded, docker, external',
    ),
  );

  const show = defineCommand(group, {
    usage: 'show',
    description: translate('show the profile of this state folder', '이 상태 폴더의 프로필을 보입니다'),
    examples: ['profile show'],
    json: '{"profile"}',
  });
  perform(show, async (options) => (await import('../actions/profile.ts')).showProfile(options));

  const use = defineCommand(group, {
    usage: 'use <profile>',
    description: translate(
      'choose the profile; a running engine goes over to it at once. Data does not move: "stack migrate" moves it',
      '프로필을 고릅니다. 실행 중인 엔진은 바로 바뀝니다. 데이터는 옮겨지지 않으며 "stack migrate"로 옮깁니다',
    ),
    examples: ['profile use docker'],
    json: '{"profile"}',
  });
  perform(use, async (options, name) =>
    (await import('../actions/profile.ts')).useProfile(options, checkProfile(name)),
  );

  const external = defineCommand(group, {
    usage: 'external <file>',
    description: translate(
      'read the addresses of servers from a JSON file (- for standard input), check each, and keep them where all can be used',
      'JSON 파일(-는 표준 입력)에서 서버 주소를 읽어 하나씩 확인하고, 모두 쓸 수 있으면 보관합니다',
    ),
    examples: ['profile external servers.json'],
    json: '{"ok", "stores": [{"store", "ok", "code", "message", "hint"}]}',
  });
  perform(external, async (options, file) =>
    (await import('../actions/profile.ts')).keepExternal(options, file ?? '-'),
  );

  const check = defineCommand(group, {
    usage: 'check',
    description: translate(
      'ask every server of the external profile, each for itself',
      '외부 프로필의 서버를 하나씩 확인합니다',
    ),
    examples: ['profile check', 'profile check --json'],
    json: '{"ok", "stores": [{"store", "ok", "code", "message", "hint"}]}',
  });
  perform(check, async (options) => (await import('../actions/profile.ts')).checkExternalProfile(options));
}
