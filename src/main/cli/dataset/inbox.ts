import type { Drop, InboxView } from '../../../shared/contract/inbox.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { counted } from '../../../shared/format/units.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { inOwnWords } from '../lib/failure.ts';
import { formatBytes, formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { remark, table, writeResult } from '../lib/output.ts';

const states = {
  arriving: ['arriving', '받는 중'],
  waiting: ['waiting', '대기'],
  importing: ['importing', '가져오는 중'],
  imported: ['imported', '가져옴'],
  dismissed: ['dismissed', '숨김'],
} as const satisfies Record<Drop['state'], readonly [string, string]>;

function listed({
  bucket,
  drops,
  more,
  handled,
}: InboxView & { bucket: { name: string; place: string } }): string {
  const rest =
    handled > 0
      ? translate(`\n${handled} imported or dismissed: --all`, `\n가져왔거나 숨긴 것 ${handled}개: --all`)
      : '';
  if (drops.length === 0)
    return (
      translate(
        `Nothing waits in the bucket "${bucket.name}" on ${bucket.place}. Put a folder or an archive there, with the server's console or mc.`,
        `${bucket.place}의 "${bucket.name}" 버킷에 가져올 것이 없습니다. 서버 콘솔이나 mc로 폴더나 압축 파일을 넣으세요.`,
      ) + rest
    );
  const shown = table(drops, [
    [translate('SOURCE', '위치'), ({ source }) => source],
    [translate('STATE', '상태'), ({ state }) => translate(states[state][0], states[state][1])],
    [translate('FILES', '파일'), ({ files }) => files, 'right'],
    [translate('IMAGES', '이미지'), ({ kind, images }) => (kind === 'archive' ? '–' : images), 'right'],
    [translate('SIZE', '크기'), ({ bytes }) => formatBytes(bytes), 'right'],
    [translate('LOOKS LIKE', '형식(추정)'), ({ format }) => format ?? '–'],
    [translate('CHANGED', '변경'), ({ changedAt }) => formatTime(changedAt)],
  ]);
  const others = more > 0 ? translate(`\nand ${more} more`, `\n그 밖에 ${more}개`) : '';
  const next = translate(
    '\nImport one: trainyard dataset import SOURCE --project PROJECT',
    '\n가져오기: trainyard dataset import 위치 --project 프로젝트',
  );
  return `${shown}${others}${rest}\n${next}`;
}

function remarkLeftOut({ count, keys }: InboxView['leftOut']): void {
  if (count === 0) return;
  const named = keys.map((key) => JSON.stringify(key)).join(', ');
  remark(
    `${counted(count, 'object')} in no folder and no archive: ${named}${count > keys.length ? ', …' : ''}. Put images into a folder of the bucket.`,
    `폴더에 들어 있지 않고 압축 파일도 아닌 객체 ${count}개: ${named}${count > keys.length ? ', …' : ''}. 이미지는 버킷 안 폴더에 넣으세요.`,
  );
}

/** `dataset inbox`: what people put into the bucket. What is there is imported by `dataset import`, as everything is. */
export function defineInbox(group: Command): void {
  const inbox = group
    .command('inbox')
    .description(
      translate(
        'what people put into the bucket "inbox" of the stack, to be imported',
        '스택의 "inbox" 버킷에 넣어 둔, 가져올 것들',
      ),
    );

  defineCommand(inbox, {
    usage: 'list',
    english: 'list what waits in the inbox, newest first',
    korean: '수신함에서 기다리는 것을 최신순으로 나열합니다',
    examples: ['dataset inbox list', 'dataset inbox list --all --json'],
    json: '{"bucket": {"name", "place"}, "problem", "drops": [{"name", "source", "state", "images", "bytes", …}], "handled", …}',
  })
    .flag('--all', 'those that were imported or dismissed too', '가져왔거나 숨긴 것도 보여 줍니다')
    .perform<{ all?: true }>(async ({ all, json }) => {
      const view = await withEngine((api) => api.inbox.show({ all: all ?? false }));
      const { bucket, problem } = view;
      if (!bucket) throw fault('INBOX_NONE', {});
      await writeResult({ json }, view, () => listed({ ...view, bucket }));
      if (json) return 0;
      if (problem) {
        const { message, hint } = inOwnWords(problem);
        remark(`${message}\n  → ${hint}`);
      }
      remarkLeftOut(view.leftOut);
      return problem ? 1 : 0;
    });

  defineCommand(inbox, {
    usage: 'dismiss <name>',
    english: 'leave one out of the list until it changes; its files stay in the bucket',
    korean: '하나를 바뀔 때까지 목록에서 숨깁니다. 파일은 버킷에 그대로 있습니다',
    examples: ['dataset inbox dismiss photos.zip'],
    json: '{"name"}',
  }).perform(async (options, name = '') =>
    writeResult(options, await withEngine((api) => api.inbox.dismiss({ name })), () =>
      translate(`${name} is left out until it changes.`, `${name}: 바뀔 때까지 목록에 나오지 않습니다.`),
    ),
  );

  defineCommand(inbox, {
    usage: 'restore <name>',
    english: 'list one again that was dismissed',
    korean: '숨긴 것을 다시 목록에 보여 줍니다',
    examples: ['dataset inbox restore photos.zip'],
    json: '{"name"}',
  }).perform(async (options, name = '') =>
    writeResult(options, await withEngine((api) => api.inbox.restore({ name })), () =>
      translate(`${name} is listed again.`, `${name}: 다시 목록에 나옵니다.`),
    ),
  );
}
