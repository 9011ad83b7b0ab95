import { badRequest, conflict } from './entry.ts';

/** Why the encryption of snapshots is not set up. */
export const backupEncryptionErrors = {
  ENCRYPTION_RECIPIENT_INVALID: badRequest(
    '"{recipient}" is no recipient of age',
    'Give one that begins with age1 and has 62 characters: "age-keygen" prints it as the public key.',
    '"{recipient}"{recipient|은|는} age 수신자가 아닙니다',
    'age1로 시작하는 62자를 쓰세요. age-keygen이 public key로 출력하는 값입니다.',
    'recipient',
  ),
  ENCRYPTION_NOT_PENDING: conflict(
    'No key waits to be proven',
    'Set up encryption first[cli:: trainyard backup encryption set-up].',
    '확인을 기다리는 키가 없습니다',
    '먼저 암호화를 설정하세요[cli:: trainyard backup encryption set-up].',
  ),
  ENCRYPTION_FORGOTTEN: conflict(
    'Earlier snapshots are encrypted to {recipient}, and the settings say nothing of encryption any more',
    'They may have been lost. Set up encryption again, with the same recipient if you have its key, or turn it off[cli:: trainyard backup encryption off].',
    '이전 스냅숏은 {recipient} 앞으로 암호화되어 있는데 암호화 설정이 없습니다',
    '설정이 사라졌을 수 있습니다. 암호화를 다시 설정하거나(키가 있으면 같은 수신자로) 끄세요[cli:: trainyard backup encryption off].',
  ),
};
