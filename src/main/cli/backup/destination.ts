import path from 'node:path';
import type { DestinationView } from '../../../shared/contract/backup-destinations.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { pause } from '../../platform/waiting.ts';
import type { Api } from '../lib/client.ts';
import { type Command, type CommonOptions, defineCommand, given } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { inOwnWords } from '../lib/failure.ts';
import { formatBytes, formatCount, formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, StatusLine, table, writeResult } from '../lib/output.ts';
import { showCopies } from './destination-copies.ts';
import { addKeepFlags, type KeepOptions } from './keep-flags.ts';
import { addServerFlags, type ServerOptions } from './server-flags.ts';

const betweenLooksMs = 500;

function stateOf({ current, waiting, failure }: DestinationView): string {
  if (current) {
    const files = current.files === 0 ? '' : ` (${current.done}/${current.files})`;
    return translate(`copying ${current.snapshot}${files}`, `${current.snapshot} 복사 중${files}`);
  }
  if (failure) return inOwnWords(failure.error).message;
  return waiting === 0
    ? translate('up to date', '최신 상태')
    : translate(`${waiting} to be copied`, `복사할 스냅숏 ${waiting}개`);
}

const keptOf = ({ keep }: DestinationView) =>
  keep === null
    ? translate('all', '모두')
    : translate(
        `the last ${keep.last}, and the newest of ${keep.daily} days, ${keep.weekly} weeks and ${keep.monthly} months`,
        `최근 ${keep.last}개, 일별 ${keep.daily}개, 주별 ${keep.weekly}개, 월별 ${keep.monthly}개`,
      );

function describe(view: DestinationView): string {
  const { name, place, resolved, freeBytes, copies, newest, retryAt } = view;
  return facts([
    [translate('Destination', '사본 위치'), name],
    [translate('Place', '위치'), place],
    ...(resolved === null ? [] : [[translate('Leads to', '실제 위치'), resolved] as const]),
    ...(freeBytes === null ? [] : [[translate('Free', '남은 공간'), formatBytes(freeBytes)] as const]),
    [translate('Keeps', '보관'), keptOf(view)],
    [translate('Copies', '사본'), String(copies)],
    [translate('Newest copy is of', '가장 최근 사본의 시점'), formatTime(newest)],
    [translate('State', '상태'), stateOf(view)],
    ...(retryAt === null ? [] : [[translate('Again at', '재시도'), formatTime(retryAt)] as const]),
  ]);
}

/** What a person should know of it besides. */
function remarkOf({ isSameDisk, failure }: DestinationView): void {
  if (isSameDisk)
    remark(
      'It is on the disk that the state folder is on: copies there do not outlast that disk.',
      '상태 폴더와 같은 디스크입니다. 디스크가 고장 나면 사본도 함께 잃습니다.',
    );
  if (failure) remark(`→ ${inOwnWords(failure.error).hint}`);
}

async function write(options: CommonOptions, view: DestinationView): Promise<undefined> {
  await writeResult(options, view, () => describe(view));
  if (!options.json) remarkOf(view);
}

function listTable(destinations: readonly DestinationView[]): string {
  if (destinations.length === 0)
    return translate(
      'Snapshots are on this machine alone. Add a place for copies: trainyard backup destination add /mnt/backup/trainyard',
      '스냅숏이 이 컴퓨터에만 있습니다. 사본 위치를 추가하세요: trainyard backup destination add /mnt/backup/trainyard',
    );
  return table(destinations, [
    [translate('DESTINATION', '사본 위치'), ({ name }) => name],
    [translate('PLACE', '위치'), ({ place }) => place],
    [translate('COPIES', '사본'), ({ copies }) => String(copies), 'right'],
    [translate('NEWEST IS OF', '최근 시점'), ({ newest }) => formatTime(newest)],
    [translate('STATE', '상태'), stateOf],
  ]);
}

type AddOptions = Partial<KeepOptions> &
  ServerOptions & { readonly name?: string; readonly keepAll?: true; readonly takeOver?: true };

/** Null: all of them; undefined: nothing was said. */
async function keepOf({ keepAll, keepLast, keepDaily, keepWeekly, keepMonthly }: AddOptions) {
  if (keepAll) return null;
  const said = given({ last: keepLast, daily: keepDaily, weekly: keepWeekly, monthly: keepMonthly });
  if (Object.keys(said).length === 0) return undefined;
  const { defaultKeep } = await import('../../../shared/model/backup-schedule.ts');
  return { ...defaultKeep, ...said };
}

async function add(place: string, options: AddOptions & CommonOptions): Promise<undefined> {
  const keep = await keepOf(options);
  const view = await withEngine((api) =>
    api.backups.addDestination({
      place: place.startsWith('s3://') ? place : path.resolve(place),
      ...{ endpoint: options.s3Endpoint ?? null, profile: options.s3Profile ?? null },
      ...given({ name: options.name, keep }),
      takeOver: options.takeOver === true,
    }),
  );
  await write(options, view);
}

/** Waits until nothing is done at a destination, and answers how it is then. @throws TrainyardError why nothing could be copied */
async function settled(api: Api, begun: DestinationView): Promise<DestinationView> {
  const status = new StatusLine();
  let view = begun;
  try {
    while (view.isBusy) {
      status.show(stateOf(view));
      await pause(betweenLooksMs);
      const { destinations } = await api.backups.destinations();
      const found = destinations.find(({ id }) => id === view.id);
      if (!found) break;
      view = found;
    }
  } finally {
    status.clear();
  }
  if (view.failure) throw TrainyardError.from(view.failure.error);
  return view;
}

const shape =
  '{"id", "name", "kind", "place", "resolved", "isSameDisk", "freeBytes", "keep", "copies", "newest", "waiting", "current", "failure", "retryAt", "warning", …}';

/** `backup destination`: where copies of snapshots are kept. */
export function defineDestination(group: Command): void {
  const destination = group
    .command('destination')
    .description(
      translate(
        'where copies of snapshots are kept: folders of other disks, and buckets',
        '스냅숏 사본을 둘 곳: 다른 디스크의 폴더와 버킷',
      ),
    );

  addServerFlags(
    addKeepFlags(
      defineCommand(destination, {
        usage: 'add <place>',
        english:
          'keep copies in a folder of its own or at s3://bucket/prefix: of the newest snapshot, and of each that is made from now on',
        korean:
          '전용 폴더나 s3://버킷/접두사에 사본을 둡니다. 최신 스냅숏과 앞으로 만드는 스냅숏이 모두 복사됩니다',
        examples: [
          'backup destination add /mnt/backup/trainyard',
          'backup destination add s3://offsite/trainyard --s3-endpoint https://nas:9000 --keep-daily 30',
        ],
        json: shape,
      })
        .flag(
          '--name <name>',
          'what it is called (left out: as the folder or the bucket)',
          '이름(생략하면 폴더나 버킷 이름)',
        )
        .flag('--keep-all', 'never remove a copy there', '사본을 지우지 않습니다')
        .flag(
          '--take-over',
          'make copies that are there its own: they count in its retention',
          '그곳에 있는 사본을 넘겨받아 보관 개수에 함께 넣습니다',
        ),
      false,
    ),
  ).perform<AddOptions>((options, place = '') => add(place, options));

  defineCommand(destination, {
    usage: 'list',
    english: 'list the destinations, and how the last copies went',
    korean: '사본 위치와 마지막 복사 결과를 나열합니다',
    examples: ['backup destination list', 'backup destination list --json'],
    json: `{"destinations": [${shape}]}`,
  }).perform(async (options) => {
    const { destinations } = await withEngine((api) => api.backups.destinations());
    await writeResult(options, { destinations }, () => listTable(destinations));
    if (!options.json) destinations.forEach(remarkOf);
  });

  addServerFlags(
    defineCommand(destination, {
      usage: 'show <destination>',
      english: 'list the copies at a destination, by its name or its place; needs no engine',
      korean: '사본 위치에 있는 사본을 나열합니다. 이름이나 위치로 지정하며 엔진이 없어도 됩니다',
      examples: ['backup destination show offsite', 'backup destination show /mnt/backup/trainyard --json'],
      json: '{"place", "copies": [{"id", "at"}]}',
    }),
  ).perform<ServerOptions>((options, reference = '') => showCopies(reference, options));

  defineCommand(destination, {
    usage: 'test <destination>',
    english: 'look whether a destination is there, and can be written to and read from',
    korean: '사본 위치에 연결되는지, 읽고 쓸 수 있는지 확인합니다',
    examples: ['backup destination test offsite'],
    json: shape,
  }).perform(async (options, reference = '') =>
    write(options, await withEngine((api) => api.backups.testDestination({ destination: reference }))),
  );

  defineCommand(destination, {
    usage: 'copy <destination>',
    english: 'copy now what waits for a destination, and wait until it is there',
    korean: '기다리는 스냅숏을 지금 복사하고 끝날 때까지 기다립니다',
    examples: ['backup destination copy offsite'],
    json: shape,
  }).perform(async (options, reference = '') =>
    write(
      options,
      await withEngine(async (api) =>
        settled(api, await api.backups.copyToDestination({ destination: reference })),
      ),
    ),
  );

  addKeepFlags(
    defineCommand(destination, {
      usage: 'keep <destination>',
      english: 'change how many copies stay at a destination; what is left out is as it is by default',
      korean: '사본 위치에 남길 개수를 바꿉니다. 지정하지 않은 것은 기본값을 씁니다',
      examples: [
        'backup destination keep offsite --keep-daily 30',
        'backup destination keep offsite --keep-all',
      ],
      json: shape,
    }).flag('--keep-all', 'never remove a copy there', '사본을 지우지 않습니다'),
    false,
  ).perform<AddOptions>(async (options, reference = '') => {
    const { defaultKeep } = await import('../../../shared/model/backup-schedule.ts');
    const keep = await keepOf(options);
    const asked = { destination: reference, keep: keep === undefined ? defaultKeep : keep };
    const view = await withEngine(async (api) => settled(api, await api.backups.keepAtDestination(asked)));
    return write(options, view);
  });

  defineCommand(destination, {
    usage: 'remove <destination>',
    english: 'copy nothing to a destination any more; the copies that are there stay',
    korean: '사본 위치를 제거합니다. 그곳에 있는 사본은 남습니다',
    examples: ['backup destination remove offsite'],
    json: '{"destinations"}',
  }).perform(async (options, reference = '') => {
    const left = await withEngine((api) => api.backups.removeDestination({ destination: reference }));
    await writeResult(options, left, () =>
      translate(
        `Nothing is copied to ${reference} any more. ${formatCount(left.destinations.length, 'destination', '')} left.`,
        `${reference}에 더는 복사하지 않습니다. 남은 사본 위치: ${left.destinations.length}개`,
      ),
    );
  });
}
