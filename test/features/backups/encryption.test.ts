import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { openSettings } from '../../../src/main/stores/settings/settings-store.ts';
import { makeIdentity } from '../../../src/main/stores/snapshots/snapshot-key.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { allFailpoints } from '../../torture/all-failpoints.ts';
import { currentOf, encryptionOf } from './support/encryption.ts';

/** Whether any file below a folder has the text in it. */
async function holds(folder: string, text: string): Promise<boolean> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && (await readFile(path.join(entry.parentPath, entry.name))).includes(text))
      return true;
  return false;
}

test('encryption begins only once the key that was shown opens a test file, and the key is nowhere in the state folder', async () => {
  await using place = await temporaryFolder();
  const { folder: home } = place;
  using settings = openSettings(home);
  const encryption = encryptionOf({ settings, home });
  expect(encryption.show()).toEqual({ active: null, pending: null });
  await expect(encryption.prove({ identities: 'x' })).rejects.toMatchObject({
    code: 'ENCRYPTION_NOT_PENDING',
  });

  const { identity, pending } = await encryption.setUp({});
  if (identity === null) throw new Error('no key was shown');
  expect(await currentOf(settings, home)).toBeNull();
  const other = await makeIdentity();
  await expect(encryption.prove({ identities: other.identity })).rejects.toMatchObject({
    code: 'SNAPSHOT_KEY_WRONG',
    message: expect.stringContaining(pending?.recipient ?? '–'),
  });
  await expect(encryption.prove({ passphrase: 'none' })).rejects.toMatchObject({
    code: 'SNAPSHOT_HAS_NO_PASSPHRASE',
  });
  expect(await currentOf(settings, home)).toBeNull();
  await encryption.prove({ identities: identity });
  expect(await currentOf(settings, home)).toMatchObject({ recipient: pending?.recipient, key: null });
  expect(encryption.show()).toMatchObject({ pending: null });

  // Another one is set up while this one is in use: that goes on until the other is proven.
  await encryption.setUp({ passphrase: 'correct horse battery' });
  expect(await currentOf(settings, home)).toMatchObject({ recipient: pending?.recipient });
  await expect(encryption.prove({ passphrase: 'correct horse' })).rejects.toMatchObject({
    code: 'SNAPSHOT_PASSPHRASE_WRONG',
  });
  await encryption.prove({ passphrase: 'correct horse battery' });
  expect(await currentOf(settings, home)).toMatchObject({
    key: expect.stringContaining('BEGIN AGE ENCRYPTED FILE'),
  });

  const mistyped = `${other.recipient.slice(0, -1)}${other.recipient.endsWith('q') ? 'p' : 'q'}`;
  for (const recipient of ['age1', mistyped, 'ssh-ed25519 AAAA'])
    await expect(encryption.setUp({ recipient })).rejects.toMatchObject({
      code: 'ENCRYPTION_RECIPIENT_INVALID',
    });
  expect((await encryption.setUp({ recipient: other.recipient })).identity).toBeNull();
  await encryption.prove({ identities: other.identity });
  encryption.turnOff();
  expect(await currentOf(settings, home)).toBeNull();
  expect(await readdir(path.join(home, 'scratch'))).toEqual([]);
  for (const secret of [identity, 'AGE-SECRET-KEY', 'correct horse'])
    expect(await holds(home, secret), secret).toBe(false);
});

test('a set-up and a proof that are killed at any step are done or not done, and done again', async () => {
  const program = fileURLToPath(new URL('./support/encryption-worker.ts', import.meta.url));
  const failpoints = (await allFailpoints()).filter((name) => name.startsWith('backup-encryption.'));
  expect(failpoints.length).toBe(4);
  for (const failpoint of failpoints) {
    await using place = await temporaryFolder();
    const { folder: home } = place;
    const isProof = failpoint.includes('prove');
    const { identity, recipient } = await makeIdentity();
    {
      using settings = openSettings(home);
      if (isProof) await encryptionOf({ settings, home }).setUp({ recipient });
    }
    const killed = promisify(execFile)(process.execPath, [program, isProof ? 'prove' : 'set-up', home], {
      env: { ...process.env, TRAINYARD_FAILPOINT: failpoint },
    });
    killed.child.stdin?.end(identity);
    await expect(killed, failpoint).rejects.toMatchObject({ signal: 'SIGKILL' });
    using settings = openSettings(home);
    const encryption = encryptionOf({ settings, home });
    const { active, pending } = encryption.show();
    const isDone = failpoint.endsWith('.after');
    expect([active !== null, pending !== null], failpoint).toEqual(
      isProof ? [isDone, !isDone] : [false, isDone],
    );
    // A key that was not shown is worth nothing: whoever set it up sets it up again.
    const again = await encryption.setUp({});
    await encryption.prove({ identities: again.identity ?? '' });
    expect(await currentOf(settings, home)).toMatchObject({ recipient: again.pending?.recipient });
  }
});
