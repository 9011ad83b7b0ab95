import { type Command, Option } from 'commander';
import { profiles } from '../../../shared/model/stack.ts';
import type { ServeOptions } from '../actions/serve.ts';
import { defineCommand, integer, perform } from '../define.ts';
import { translate } from '../language.ts';

export function defineServe(program: Command): void {
  const command = defineCommand(program, {
    usage: 'serve',
    description: translate(
      'run the engine until SIGTERM or Ctrl-C; trainings go on and are taken over by the next engine',
      'SIGTERM 또는 Ctrl-C까지 엔진을 실행합니다. 학습은 계속되고 다음 엔진이 이어받습니다',
    ),
    examples: ['serve', 'serve --port 0 --no-sample --json'],
    json: '{"url", "token", "pid", "ticketUrl", "windowUrl"}',
  })
    .option(
      '--port <number>',
      translate(
        'port on 127.0.0.1; 0: a free one (left out: the one of last time)',
        '127.0.0.1의 포트. 0은 빈 포트(생략하면 지난번 포트)',
      ),
      integer(0, 65_535),
    )
    .addOption(
      new Option(
        '--profile <profile>',
        translate('where the stores are, for this start', '이번 시작에 쓸 저장소 위치'),
      )
        .env('TRAINYARD_PROFILE')
        .choices(profiles),
    )
    .option(
      '--no-sample',
      translate('make no sample project on the first start', '첫 시작 때 예제 프로젝트를 만들지 않습니다'),
    )
    .option(
      '--attach',
      translate(
        'where an engine runs already, give a link to it and stay until told to stop',
        '이미 실행 중인 엔진이 있으면 그 링크를 주고 기다립니다',
      ),
    )
    .option(
      '--new-token',
      translate(
        'make another token: the old one and every browser’s session end',
        '토큰을 새로 만듭니다. 예전 토큰과 모든 브라우저의 로그인이 끝납니다',
      ),
    )
    .option(
      '--stop-runs',
      translate(
        'at the end, stop trainings too (with a checkpoint)',
        '끝낼 때 학습도 체크포인트를 남기고 멈춥니다',
      ),
    )
    .option(
      '--idle-stop <ms>',
      translate(
        'stop by itself once all work is done and nobody was there for so long',
        '일이 모두 끝나고 이 시간 동안 아무도 없으면 스스로 멈춥니다',
      ),
      integer(1),
    )
    .addOption(new Option('--stop-with-input').hideHelp());
  perform<ServeOptions>(command, async (options) => (await import('../actions/serve.ts')).serve(options));
}
