import { type Command, Option } from 'commander';
import type { StackLogsOptions } from '../actions/stack-logs.ts';
import type { StackStatusOptions } from '../actions/stack-status.ts';
import type { StackDestroyOptions, StackUpOptions } from '../actions/stack-verbs.ts';
import { collect, defineCommand, defineGroup, integer, perform } from '../define.ts';
import { translate } from '../language.ts';
import { defineStackMigrate } from './stack-migrate.ts';

const shape = '{"status", "profile", "name", "services": [{"name", "status", "endpoint", "image", …}]}';
const progressThenState = () =>
  `${translate('lines of progress, the last line:', '진행 상황 여러 줄, 마지막 줄:')} ${shape}`;

export function defineStack(program: Command): void {
  const group = defineGroup(
    program,
    'stack',
    translate(
      'the services of the docker profile: postgres, mongo, redis, s3, temporal',
      'docker 프로필의 서비스: postgres, mongo, redis, s3, temporal',
    ),
  );
  defineVerbs(group);
  defineViews(group);
  defineStackMigrate(group);
}

function defineVerbs(group: Command): void {
  const up = defineCommand(group, {
    usage: 'up [services...]',
    description: translate(
      'start services (none named: all) and make them ready; harmless where they are',
      '서비스를 시작하고(이름이 없으면 전부) 쓸 수 있게 준비합니다. 이미 떠 있으면 그대로 둡니다',
    ),
    examples: [
      'stack up',
      'stack up --profile docker',
      'stack up postgres redis --json',
      'stack up --image redis=redis:8.2',
    ],
    json: progressThenState(),
  })
    .addOption(
      new Option(
        '--profile <profile>',
        translate('also work with it from now on', '앞으로 이 프로필로 작업합니다'),
      ).choices(['docker']),
    )
    .addOption(
      new Option(
        '--ports <which>',
        translate(
          'new: leave ports that another program took',
          'new: 다른 프로그램이 차지한 포트를 바꿉니다',
        ),
      ).choices(['new']),
    )
    .option(
      '--image <service=image>',
      translate(
        'another image for a service from now on (postgres= goes back); may be given several times',
        '앞으로 이 서비스에 쓸 이미지(postgres= 이면 되돌립니다). 여러 번 줄 수 있습니다',
      ),
      collect,
    );
  perform<StackUpOptions>(up, async (options, ...services) =>
    (await import('../actions/stack-verbs.ts')).stackUp(options, services),
  );

  const down = defineCommand(group, {
    usage: 'down [services...]',
    description: translate('stop services; data stays', '서비스를 멈춥니다. 데이터는 남습니다'),
    examples: ['stack down', 'stack down temporal'],
    json: progressThenState(),
  });
  perform(down, async (options, ...services) =>
    (await import('../actions/stack-verbs.ts')).stackDown(options, services),
  );

  const restart = defineCommand(group, {
    usage: 'restart [services...]',
    description: translate('stop and start services', '서비스를 멈췄다가 시작합니다'),
    examples: ['stack restart redis'],
    json: progressThenState(),
  });
  perform(restart, async (options, ...services) =>
    (await import('../actions/stack-verbs.ts')).stackRestart(options, services),
  );

  const destroy = defineCommand(group, {
    usage: 'destroy [services...]',
    description: translate(
      "remove the stack's containers, networks and volumes with all data in them; wants the stack's name",
      '스택의 컨테이너, 네트워크, 볼륨을 데이터와 함께 지웁니다. 스택의 이름을 요구합니다',
    ),
    examples: ['stack destroy', 'stack destroy --name trainyard-1f2e3d4c'],
    json: progressThenState(),
  }).option(
    '--name <name>',
    translate("the stack's name, as 'stack status' shows it", '"stack status"가 보여 주는 스택의 이름'),
  );
  perform<StackDestroyOptions>(destroy, async (options, ...services) =>
    (await import('../actions/stack-verbs.ts')).stackDestroy(options, services),
  );
}

function defineViews(group: Command): void {
  const status = defineCommand(group, {
    usage: 'status',
    description: translate(
      'show the services; what runs is asked by its own protocol',
      '서비스를 보입니다. 실행 중인 것은 고유 프로토콜로 확인합니다',
    ),
    examples: ['stack status', 'stack status --json --reveal'],
    json: shape,
  }).option(
    '--reveal',
    translate('with the connection strings and their passwords', '접속 문자열을 비밀번호와 함께 보입니다'),
  );
  perform<StackStatusOptions>(status, async (options) =>
    (await import('../actions/stack-status.ts')).stackStatus(options),
  );

  const logs = defineCommand(group, {
    usage: 'logs [services...]',
    description: translate(
      "print the services' logs in the order of time",
      '서비스의 로그를 시간순으로 출력합니다',
    ),
    examples: [
      'stack logs --tail 50',
      'stack logs postgres --follow',
      'stack logs --since 10m --search error',
    ],
    json: `${translate('one line for each line: ', '로그 한 줄마다 한 줄: ')}{"service", "time", "stream", "text"}`,
  })
    .option('-f, --follow', translate('stay until Ctrl-C', 'Ctrl-C까지 기다립니다'))
    .option(
      '--since <time>',
      translate(
        'from this time on: 2026-11-24T08:00:00Z, or 90s, 10m, 2h ago',
        '이때부터: 2026-11-24T08:00:00Z, 또는 90s, 10m, 2h 전',
      ),
    )
    .option(
      '--tail <number>',
      translate('so many of the last lines of each', '서비스마다 마지막 줄 수'),
      integer(),
      200,
    )
    .option('--search <text>', translate('only lines that hold this', '이 글이 든 줄만'));
  perform<StackLogsOptions>(logs, async (options, ...services) =>
    (await import('../actions/stack-logs.ts')).stackLogs(options, services),
  );
}
