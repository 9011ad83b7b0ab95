import type { Command } from 'commander';
import { defineCommand, perform } from '../define.ts';
import { say } from '../language.ts';

export function defineDoctor(program: Command): void {
  const command = defineCommand(program, {
    usage: 'doctor',
    description: say(
      'check this machine: each finding has its cause and what mends it',
      '이 컴퓨터를 점검합니다. 찾은 것마다 원인과 해결 방법을 알려 줍니다',
    ),
    examples: ['doctor', 'doctor --json'],
    json: '{"ok", "findings": [{"code", "severity", "cause", "evidence", "mend"}]}',
  });
  perform(command, async (options) => (await import('../actions/doctor.ts')).doctor(options));
}
