import { text as readAll } from 'node:stream/consumers';
import type {
  BackupEncryptionView,
  SetUpEncryptionInput,
  SnapshotKey,
} from '../../../shared/contract/backup-encryption.ts';
import { fault } from '../../../shared/errors/catalogue.ts';
import { askLine } from '../lib/ask-line.ts';
import { type Command, type CommonOptions, defineCommand } from '../lib/define.ts';
import { withEngine } from '../lib/engine.ts';
import { usageError } from '../lib/failure.ts';
import { formatTime } from '../lib/format.ts';
import { translate } from '../lib/language.ts';
import { facts, remark, writeJson, writeLine, writeResult } from '../lib/output.ts';
import { addKeyFlags, askPassphrase, type KeyOptions, readKey, readPassphrase } from './given-key.ts';

type Recipient = NonNullable<BackupEncryptionView['active']>;

function describe({ active, pending }: BackupEncryptionView): string {
  const key = ({ hasPassphrase }: Recipient) =>
    hasPassphrase
      ? translate('in each snapshot, opened with a passphrase', '스냅숏마다 들어 있으며 암호로 엽니다')
      : translate('with whoever set it up, and nowhere here', '설정한 사람이 보관하며 여기에는 없습니다');
  const of = (one: Recipient) =>
    [
      [translate('Encrypted to', '암호화 수신자'), one.recipient],
      [translate('Key', '키'), key(one)],
      [translate('Set up on', '설정 시각'), formatTime(one.since)],
    ] as const;
  return facts([
    [translate('Encryption', '암호화'), active ? translate('on', '켜짐') : translate('off', '꺼짐')],
    ...(active ? of(active) : []),
    ...(pending
      ? [[translate('Not proven yet', '확인 대기'), pending.recipient] as const, ...of(pending).slice(1)]
      : []),
  ]);
}

async function write(options: CommonOptions, view: BackupEncryptionView): Promise<undefined> {
  await writeResult(options, view, () => describe(view));
  if (!options.json && view.pending) remarkPending();
}

const remarkPending = () =>
  remark(
    'Snapshots are encrypted once the key is proven: trainyard backup encryption prove',
    '키를 확인하면 스냅숏 암호화가 시작됩니다: trainyard backup encryption prove',
  );

interface SetUp extends CommonOptions {
  readonly recipient?: string;
  readonly passphrase?: true;
  readonly passphraseFile?: string;
}

async function inputOf({ recipient, passphrase, passphraseFile }: SetUp): Promise<SetUpEncryptionInput> {
  if (recipient !== undefined && (passphrase || passphraseFile !== undefined))
    throw usageError(
      { en: 'A recipient has its own key', ko: '수신자에게는 이미 키가 있습니다' },
      translate(
        'Give --recipient, or a passphrase for a new key.',
        '--recipient와 새 키의 암호 가운데 하나만 쓰세요.',
      ),
    );
  if (recipient !== undefined) return { recipient };
  if (passphraseFile !== undefined) return { passphrase: await readPassphrase(passphraseFile) };
  if (!passphrase) return {};
  const typed = await askPassphrase(translate('New passphrase', '새 암호'));
  if (typed !== null) return { passphrase: typed };
  throw usageError(
    { en: 'There is no terminal to ask for the passphrase', ko: '암호를 물어볼 터미널이 없습니다' },
    translate(
      'Give --passphrase-file; - is standard input.',
      '--passphrase-file을 쓰세요. -는 표준 입력입니다.',
    ),
  );
}

async function setUp(options: SetUp): Promise<undefined> {
  const input = await inputOf(options);
  const { identity, ...view } = await withEngine((api) => api.backups.setUpEncryption(input));
  if (options.json) return void (await writeJson({ ...view, identity }));
  if (identity === null) return write(options, view);
  // Nothing else: the output is a file of keys, as age-keygen writes it.
  const { recipient = '' } = view.pending ?? {};
  await writeLine(`# ${translate('public key', '공개 키')}: ${recipient}\n${identity}`);
  remark(
    'This is the key, and it is shown this once. Without it no encrypted snapshot can be opened, by anybody.\n  → Save both lines where the loss of this machine does not reach: a password manager, paper, another machine. Never beside the snapshots.',
    '이것이 키이며 지금 한 번만 보여 줍니다. 이 키가 없으면 누구도 암호화된 스냅숏을 열 수 없습니다.\n  → 두 줄을 이 컴퓨터를 잃어도 남는 곳(비밀번호 관리자, 종이, 다른 컴퓨터)에 보관하세요. 스냅숏 옆에는 두지 마세요.',
  );
  remarkPending();
}

/** A key that is typed where nobody sees it, or that comes by a pipe. */
async function typedKey({ hasPassphrase }: Recipient): Promise<SnapshotKey> {
  if (!process.stdin.isTTY)
    return hasPassphrase
      ? { passphrase: await readPassphrase('-') }
      : { identities: await readAll(process.stdin) };
  const question = translate('Key (AGE-SECRET-KEY-1…): ', '키(AGE-SECRET-KEY-1…): ');
  return { identities: await askLine(question, { isHidden: true }) };
}

async function prove({ json, ...options }: KeyOptions & CommonOptions): Promise<undefined> {
  const { pending } = await withEngine((api) => api.backups.encryption());
  if (!pending) throw fault('ENCRYPTION_NOT_PENDING', {});
  const key = (await readKey(options, pending.hasPassphrase)) ?? (await typedKey(pending));
  return write({ json }, await withEngine((api) => api.backups.proveEncryption({ key })));
}

const view = '"active": {"recipient", "hasPassphrase", "since"} or null, "pending": likewise';

/** `backup encryption`: to whom snapshots are encrypted. */
export function defineEncryption(group: Command): void {
  const encryption = group
    .command('encryption')
    .description(translate('to whom snapshots are encrypted, with age', '스냅숏을 age로 암호화할 대상'));

  defineCommand(encryption, {
    usage: 'show',
    english: 'show whether snapshots are encrypted, and to whom',
    korean: '스냅숏을 암호화하는지, 누구 앞으로 하는지 보여 줍니다',
    examples: ['backup encryption show', 'backup encryption show --json'],
    json: `{${view}}`,
  }).perform(async (options) => write(options, await withEngine((api) => api.backups.encryption())));

  defineCommand(encryption, {
    usage: 'set-up',
    english:
      'make a key and show it once. You save it elsewhere and prove that with "prove": only then snapshots are encrypted',
    korean: '키를 만들어 한 번 보여 줍니다. 다른 곳에 보관한 뒤 prove로 확인해야 암호화가 시작됩니다',
    examples: [
      'backup encryption set-up',
      'backup encryption set-up --passphrase',
      'backup encryption set-up --recipient age1…',
    ],
    json: `{"identity": the key or null, ${view}}`,
  })
    .flag('--recipient <age1…>', 'encrypt to a key that you have already', '이미 가진 키의 수신자')
    .flag(
      '--passphrase',
      'ask for a passphrase: the key lies in each snapshot, and that opens it',
      '암호를 묻습니다. 키는 스냅숏마다 들어 있고 암호로 엽니다',
    )
    .flag(
      '--passphrase-file <file>',
      'the file whose first line is that passphrase; - is standard input',
      '그 암호가 첫 줄에 든 파일. -는 표준 입력',
    )
    .perform<SetUp>(setUp);

  addKeyFlags(
    defineCommand(encryption, {
      usage: 'prove',
      english: 'open a test file with the key that you saved; from then on snapshots are encrypted',
      korean: '보관한 키로 시험 파일을 엽니다. 성공하면 그때부터 스냅숏을 암호화합니다',
      examples: ['backup encryption prove', 'backup encryption prove --identity-file key.txt'],
      json: `{${view}}`,
    }),
  ).perform<KeyOptions>(prove);

  defineCommand(encryption, {
    usage: 'off',
    english: 'make snapshots without encryption; those that are encrypted still need their key',
    korean: '앞으로는 암호화하지 않습니다. 이미 암호화된 스냅숏에는 여전히 키가 필요합니다',
    examples: ['backup encryption off'],
    json: `{${view}}`,
  }).perform(async (options) => write(options, await withEngine((api) => api.backups.turnOffEncryption({}))));
}
