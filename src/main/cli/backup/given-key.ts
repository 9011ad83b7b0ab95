import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { SnapshotKey } from '../../../shared/contract/backup-encryption.ts';
import type { Manifest } from '../../stores/snapshots/manifest.ts';
import { askLine } from '../lib/ask-line.ts';
import type { Command } from '../lib/define.ts';
import { usageError } from '../lib/failure.ts';
import { translate } from '../lib/language.ts';

/** What the flags below are called in options. */
export interface KeyOptions {
  readonly identityFile?: string;
  readonly passphraseFile?: string;
}

/** Adds the flags that say where the key of an encrypted snapshot is. As an argument every program of the machine could read it. */
export function addKeyFlags(command: Command): Command {
  return command
    .flag(
      '--identity-file <file>',
      'of an encrypted snapshot: the file with its key, as age-keygen writes it; - is standard input',
      '암호화된 스냅숏의 키 파일(age-keygen 형식). -는 표준 입력',
    )
    .flag(
      '--passphrase-file <file>',
      'of an encrypted snapshot: the file whose first line is its passphrase; - is standard input',
      '암호화된 스냅숏의 암호가 첫 줄에 든 파일. -는 표준 입력',
    );
}

const readSecretFile = async (file: string) =>
  file === '-' ? await readAll(process.stdin) : readFileSync(path.resolve(file), 'utf8');

/** The first line of a file, without its end: blanks are part of a passphrase. */
export const readPassphrase = async (file: string): Promise<string> =>
  (await readSecretFile(file)).split(/\r?\n/, 1)[0] ?? '';

/** Asks at the terminal for a passphrase; null where nobody is there. */
export const askPassphrase = async (question = translate('Passphrase', '암호')): Promise<string | null> =>
  process.stdin.isTTY ? await askLine(`${question}: `, { isHidden: true }) : null;

/** The key that the options name, or that is typed at a terminal where a passphrase opens it; null where there is none. */
export async function readKey(options: KeyOptions, hasPassphrase: boolean): Promise<SnapshotKey | null> {
  const { identityFile, passphraseFile } = options;
  if (identityFile !== undefined && passphraseFile !== undefined)
    throw usageError(
      { en: 'Two keys were given', ko: '키를 두 가지로 지정했습니다' },
      translate(
        'Give --identity-file or --passphrase-file.',
        '--identity-file과 --passphrase-file 가운데 하나만 쓰세요.',
      ),
    );
  if (identityFile !== undefined) return { identities: await readSecretFile(identityFile) };
  const passphrase =
    passphraseFile !== undefined
      ? await readPassphrase(passphraseFile)
      : hasPassphrase
        ? await askPassphrase()
        : null;
  return passphrase === null ? null : { passphrase };
}

/** The key of a snapshot; null where it is not encrypted, or none was given. */
export const keyFor = async ({ encryption }: Manifest, options: KeyOptions): Promise<SnapshotKey | null> =>
  encryption ? readKey(options, encryption.key !== null) : null;
