import { type Command, Option } from 'commander';
import { type Profile, profiles } from '../../../shared/model/stack.ts';
import { defineCommand, perform } from '../define.ts';
import { translate } from '../language.ts';

export function defineDoctor(program: Command): void {
  const command = defineCommand(program, {
    usage: 'doctor',
    description: translate(
      'check this machine: each finding has its cause and what fixes it',
      '이 컴퓨터를 점검합니다. 찾은 것마다 원인과 해결 방법을 알려 줍니다',
    ),
    examples: ['doctor', 'doctor --profile docker', 'doctor --json'],
    json: '{"ok", "findings": [{"code", "severity", "cause", "evidence", "hint", "group", "command"}]}',
  }).addOption(
    new Option(
      '--profile <profile>',
      translate(
        'check as if this profile were chosen; without, the one in use',
        '이 프로필을 고른 것처럼 점검합니다. 없으면 지금 프로필로 점검합니다',
      ),
    ).choices(profiles),
  );
  perform<{ profile?: Profile }>(command, async (options) =>
    (await import('../actions/doctor.ts')).doctor(options),
  );
}
