import type { Texts } from './text.ts';

/** To whom snapshots are encrypted. */
export const backupEncryption = {
  backupEncryption: {
    title: ['Encryption', '암호화'],
    off: ['Snapshots are not encrypted', '스냅숏을 암호화하지 않습니다'],
    offHint: [
      'Whoever gets a copy of one can read it. With encryption nobody can without your key, which is kept nowhere here.',
      '스냅숏 사본을 얻은 사람은 누구나 읽을 수 있습니다. 암호화하면 키 없이는 아무도 읽을 수 없으며, 키는 여기에 보관하지 않습니다.',
    ],
    on: ['New snapshots are encrypted', '새 스냅숏을 암호화합니다'],
    to: ['Encrypted to', '암호화 수신자'],
    key: ['Key', '키'],
    keyElsewhere: ['With whoever set it up, and nowhere here', '설정한 사람이 보관하며 여기에는 없습니다'],
    keyInside: ['In each snapshot, opened with a passphrase', '스냅숏마다 들어 있으며 암호로 엽니다'],
    since: ['Set up on', '설정 시각'],
    pending: ['The key waits to be proven', '키 확인을 기다리고 있습니다'],
    pendingHint: [
      'Snapshots are made as before until the key that you saved has opened a test file: {{recipient}}',
      '보관한 키로 시험 파일을 열 때까지는 이전처럼 만듭니다: {{recipient}}',
    ],
    setUp: ['Set up…', '설정…'],
    setUpAgain: ['Set up another key…', '다른 키로 설정…'],
    turnOff: ['Turn off…', '끄기…'],
    turnOffTitle: ['Turn encryption off', '암호화 끄기'],
    turnOffText: [
      'New snapshots can be read by whoever gets a copy. Those that are encrypted stay so, and still need their key.',
      '앞으로 만드는 스냅숏은 사본을 얻은 사람이 읽을 수 있습니다. 이미 암호화된 것은 그대로이며 여전히 키가 필요합니다.',
    ],
    turnOffAction: ['Turn off', '끄기'],
    setUpTitle: ['Set up encryption', '암호화 설정'],
    ways: {
      key: ['New key', '새 키'],
      passphrase: ['Passphrase', '암호'],
      recipient: ['My own key', '내 키'],
    },
    waysHint: {
      key: [
        'A key is made and shown once. You save it elsewhere: a password manager, paper, another machine.',
        '키를 만들어 한 번 보여 줍니다. 비밀번호 관리자, 종이, 다른 컴퓨터 같은 다른 곳에 보관하세요.',
      ],
      passphrase: [
        'The key lies in each snapshot, and the passphrase opens it. It has to withstand guessing: five random words or more.',
        '키는 스냅숏마다 들어 있고 암호로 엽니다. 추측하기 어렵게 무작위 단어 다섯 개 이상을 쓰세요.',
      ],
      recipient: ['The public key that age-keygen printed.', 'age-keygen이 출력한 공개 키입니다.'],
    },
    passphrase: ['Passphrase', '암호'],
    passphraseHint: ['At least 12 characters', '12자 이상'],
    recipient: ['Public key', '공개 키'],
    ofRecipient: ['Public key, which is no secret: {{recipient}}', '공개 키(비밀이 아님): {{recipient}}'],
    setUpAction: ['Continue', '계속'],
    shownTitle: ['Save this key now', '지금 이 키를 보관하세요'],
    shownText: [
      'It is shown this once. Without it nobody can open an encrypted snapshot: not you, not us. Save it where the loss of this machine does not reach, never beside the snapshots.',
      '지금 한 번만 보여 줍니다. 이 키가 없으면 누구도 암호화된 스냅숏을 열 수 없습니다. 이 컴퓨터를 잃어도 남는 곳에 보관하고, 스냅숏 옆에는 두지 마세요.',
    ],
    copy: ['Copy the key', '키 복사'],
    save: ['Save as a file', '파일로 저장'],
    saved: ['I saved it', '보관했습니다'],
    proveTitle: ['Prove the key', '키 확인'],
    proveText: [
      'Get the key from where you saved it. It opens a test file; from then on snapshots are encrypted.',
      '보관한 곳에서 키를 가져와 입력하세요. 시험 파일을 열면 그때부터 스냅숏을 암호화합니다.',
    ],
    proveTextPassphrase: [
      'Type the passphrase once more. It opens a test file; from then on snapshots are encrypted.',
      '암호를 다시 입력하세요. 시험 파일을 열면 그때부터 스냅숏을 암호화합니다.',
    ],
    prove: ['Prove the key…', '키 확인…'],
    proveAction: ['Prove', '확인'],
    neededKey: ['Key of this snapshot', '이 스냅숏의 키'],
    neededPassphrase: ['Passphrase of this snapshot', '이 스냅숏의 암호'],
    needed: ['Encrypted to {{recipient}}', '암호화 수신자: {{recipient}}'],
    drillTitle: ['Prove this snapshot', '이 스냅숏 복원 시험'],
    drillAction: ['Prove it', '복원 시험'],
  },
} as const satisfies Texts;
