import type { MetricMonthsView } from '../../../shared/contract/database.ts';
import { type Command, defineCommand } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { usageError } from '../lib/failure.ts';
import { formatBytes } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { table, writeResult } from '../lib/output.ts';

const shape = '{"keepMonths", "months": [{"month", "state", "bytes", "points"}]}';

const stateWords = (state: MetricMonthsView['months'][number]['state']) =>
  state === 'attached' ? translate('attached', '연결됨') : translate('detached', '분리됨');

function describe({ keepMonths, months }: MetricMonthsView): string {
  const kept =
    keepMonths === null
      ? translate('All months are kept.', '모든 월을 보관합니다.')
      : translate(
          `Kept: the present month and the ${keepMonths} before it. Older ones are detached.`,
          `이번 달과 지난 ${keepMonths}개월을 보관하고, 더 오래된 월은 분리합니다.`,
        );
  const listed = table(months, [
    [translate('MONTH', '월'), ({ month }) => month],
    [translate('STATE', '상태'), ({ state }) => stateWords(state)],
    [translate('SIZE', '크기'), ({ bytes }) => formatBytes(bytes), 'right'],
    [
      translate('POINTS (ABOUT)', '값(약)'),
      ({ points }) => (points === null ? '–' : new Intl.NumberFormat('en').format(points)),
      'right',
    ],
  ]);
  return `${listed}\n\n${kept}`;
}

function readMonths(typed: string | undefined): number | null {
  if (typed === 'all') return null;
  const months = Number(typed);
  if (/^\d{1,4}$/.test(typed ?? '') && months >= 1 && months <= 1200) return months;
  throw usageError(
    { en: `"${typed}" is no number of months`, ko: `"${typed}": 개월 수가 아닙니다` },
    translate('Write a number from 1 to 1200, or all.', '1부터 1200까지의 수나 all을 쓰세요.'),
  );
}

/** The months of the metrics; the engine does it, since it is about to write to them. */
export function definePartitions(group: Command): void {
  defineCommand(group, {
    usage: 'list',
    english: 'list the months in which metrics lie, with their sizes, and how many are kept',
    korean: '메트릭이 든 월과 크기, 보관하는 개월 수를 보여 줍니다',
    examples: ['db partitions list', 'db partitions list --json'],
    json: shape,
  }).perform(async (options) => {
    const months = await withEngine((api) => api.database.months());
    return writeResult(options, months, () => describe(months));
  });

  defineCommand(group, {
    usage: 'keep <months>',
    english:
      'keep the present month and so many before it (or all): the engine detaches older ones, which stay until they are dropped',
    korean:
      '이번 달과 지난 몇 개월을 보관할지 정합니다(all: 모두). 더 오래된 월은 엔진이 분리하며, 삭제하기 전까지 남아 있습니다',
    examples: ['db partitions keep 12', 'db partitions keep all'],
    json: shape,
  }).perform(async (options, typed) => {
    const count = readMonths(typed);
    const months = await withEngine((api) => api.database.keep({ months: count }));
    return writeResult(options, months, () => describe(months));
  });

  defineCommand(group, {
    usage: 'detach <month>',
    english: 'make a month a table of its own, which nothing reads',
    korean: '월을 따로 떼어 둡니다. 분리한 월은 읽지 않습니다',
    examples: ['db partitions detach 2026-05'],
    json: shape,
  }).perform(async (options, month = '') => {
    const months = await withEngine((api) => api.database.detach({ month }));
    return writeResult(options, months, () => describe(months));
  });

  defineCommand(group, {
    usage: 'attach <month>',
    english: 'put the points of a detached month back',
    korean: '분리한 월을 다시 연결합니다',
    examples: ['db partitions attach 2026-05'],
    json: shape,
  }).perform(async (options, month = '') => {
    const months = await withEngine((api) => api.database.attach({ month }));
    return writeResult(options, months, () => describe(months));
  });

  defineCommand(group, {
    usage: 'drop <month>',
    english: 'drop a detached month with its points; they cannot be brought back but from a snapshot',
    korean: '분리한 월을 안에 든 값과 함께 삭제합니다. 스냅숏이 없으면 되살릴 수 없습니다',
    examples: ['db partitions drop 2026-05 --yes'],
    json: shape,
  })
    .flag('--yes', 'drop it', '삭제합니다')
    .perform<{ yes?: true }>(async (options, month = '') => {
      if (!options.yes)
        throw usageError(
          {
            en: `Dropping ${month} removes its points for good`,
            ko: `${month}의 값은 삭제하면 되살릴 수 없습니다`,
          },
          translate('Add --yes to do it.', '삭제하려면 --yes를 붙이세요.'),
        );
      const months = await withEngine((api) => api.database.drop({ month }));
      return writeResult(options, months, () => describe(months));
    });
}
