import type { BackupOperation } from '../../../shared/contract/backups.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { Api } from '../lib/client.ts';
import { openReconnectingClient } from '../lib/engine.ts';
import { translate } from '../lib/language.ts';
import { StatusLine } from '../lib/output.ts';

type Part = BackupOperation['part'];

const partWords = (): Record<Part, string> => ({
  database: translate('rows', '행'),
  documents: translate('documents', '문서'),
  keys: translate('keys', '키'),
  objects: translate('objects', '객체'),
  verification: translate('files read', '확인한 파일'),
  servers: translate('starting stores beside the served ones', '별도 저장소 시작'),
  checks: translate('checking what was restored', '복원한 데이터 확인'),
  switch: translate('switching over', '전환'),
});

/** A line of progress, drawn anew where somebody watches. */
export class PartLine {
  private readonly status = new StatusLine();
  private readonly words = partWords();

  show({ part, done }: { readonly part: Part; readonly done: number }): void {
    const hasNumber = !['servers', 'checks', 'switch'].includes(part);
    const number = hasNumber ? `: ${new Intl.NumberFormat('en').format(done)}` : ' …';
    this.status.show(`${this.words[part]}${number}`);
  }

  clear(): void {
    this.status.clear();
  }
}

/** Lets the engine begin something, shows how it goes on, and answers how it ended. @throws TrainyardError its error */
export async function followed(
  begin: (backups: Api['backups']) => Promise<BackupOperation>,
): Promise<BackupOperation> {
  const line = new PartLine();
  using client = await openReconnectingClient();
  let operation = await begin(client.api.backups);
  try {
    while (operation.status === 'running') {
      line.show(operation);
      const { id, seq } = operation;
      operation = await client.api.backups.progress({ operation: id, after: seq, waitMs: 20_000 });
    }
  } finally {
    line.clear();
  }
  if (operation.error) throw TrainyardError.from(operation.error);
  return operation;
}
