import type { DiskState } from '../../features/disk/disk-watch.ts';
import { formatBytes } from './format.ts';
import { translate } from './language.ts';
import { remark } from './output.ts';

/** Says on standard error how much room is left where that is little or nothing. Once a command, beside what takes room. */
export function remarkDisk({ level, disks }: DiskState): void {
  const [fullest] = disks;
  if (level === 'ok' || !fullest) return;
  const free = formatBytes(fullest.freeBytes);
  const total = formatBytes(fullest.totalBytes);
  const room = translate(
    `${free} of ${total} free at ${fullest.path}`,
    `${fullest.path}의 ${total} 가운데 ${free} 남음`,
  );
  remark(
    level === 'low'
      ? translate(`The disk is almost full (${room})`, `디스크 공간이 얼마 남지 않았습니다(${room})`)
      : translate(
          `The disk is full or can’t be written (${room})`,
          `디스크에 공간이 없거나 쓸 수 없습니다(${room})`,
        ),
  );
  remark(
    level === 'low'
      ? translate(
          '  → Free some space before a run or an import fills the disk.',
          '  → 학습이나 가져오기로 가득 차기 전에 공간을 비우세요.',
        )
      : translate(
          '  → Everything can be read, but nothing is written or started until there is room again.',
          '  → 다시 쓸 수 있게 될 때까지 볼 수만 있고, 저장하거나 시작할 수 없습니다.',
        ),
  );
}
