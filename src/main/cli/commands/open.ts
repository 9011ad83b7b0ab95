import type { Command } from 'commander';
import type { OpenOptions } from '../actions/open.ts';
import { defineCommand, perform } from '../define.ts';
import { translate } from '../language.ts';

export function defineOpen(program: Command): void {
  const command = defineCommand(program, {
    usage: 'open',
    description: translate(
      'make a link that opens the UI once, and open it where there is a display',
      '한 번만 쓸 수 있는 화면 링크를 만들고, 화면이 있으면 엽니다',
    ),
    examples: ['open', 'open --no-browser'],
    json: '{"url", "expiresAt"}',
  }).option('--no-browser', translate('only print the link', '링크를 출력만 합니다'));
  perform<OpenOptions>(command, async (options) => (await import('../actions/open.ts')).open(options));
}
