import { fault } from '../../../shared/errors/catalogue.ts';
import { passphraseIdentity, passphraseRecipient } from './age-passphrase.ts';
import { tooLarge } from './damage.ts';
import { type Manifest, recipientPattern } from './manifest.ts';
import { SnapshotReader } from './snapshot-reader.ts';

/** What a person gives to open an encrypted snapshot. */
export type GivenKey =
  /** A file of identities, as `age-keygen` writes it: one a line, and comments. */
  | { readonly identities: string }
  /** Of a snapshot that has its identity with it, encrypted with this. */
  | { readonly passphrase: string };

/** Characters of a file of identities. */
const longestIdentities = 64 * 1024;
/** Bytes of one identity that is encrypted with a passphrase. */
export const largestKeyFile = 16 * 1024;

/** The identities in a file of them. @throws TrainyardError SNAPSHOT_KEY_INVALID */
async function parseIdentities(text: string): Promise<{ identity: string; recipient: string }[]> {
  const { identityToRecipient } = await import('age-encryption');
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const identities = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (identities.length === 0 || text.length > longestIdentities) throw fault('SNAPSHOT_KEY_INVALID', {});
  const found = [];
  for (const identity of identities) {
    if (!/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/.test(identity)) throw fault('SNAPSHOT_KEY_INVALID', {});
    try {
      found.push({ identity, recipient: await identityToRecipient(identity) });
    } catch {
      // Nothing of what it says: it may quote the key.
      throw fault('SNAPSHOT_KEY_INVALID', {});
    }
  }
  return found;
}

/** That of the identities in a file that opens what is encrypted to a recipient. @throws TrainyardError SNAPSHOT_KEY_INVALID, SNAPSHOT_KEY_WRONG */
export async function identityOf(recipient: string, identities: string): Promise<string> {
  const parsed = await parseIdentities(identities);
  const found = parsed.find((one) => one.recipient === recipient);
  if (found) return found.identity;
  const given = parsed.map((one) => one.recipient).join(', ');
  throw fault('SNAPSHOT_KEY_WRONG', { recipient, given });
}

/**
 * What decrypts a snapshot; null where it is not encrypted.
 * @throws TrainyardError SNAPSHOT_ENCRYPTED where no key was given, SNAPSHOT_KEY_INVALID, SNAPSHOT_KEY_WRONG, SNAPSHOT_PASSPHRASE_WRONG,
 * SNAPSHOT_HAS_NO_PASSPHRASE, SNAPSHOT_FILE_…
 */
export async function identityFor(
  folder: string,
  manifest: Manifest,
  given: GivenKey | null,
): Promise<string | null> {
  const { id, encryption } = manifest;
  if (!encryption) return null;
  const { recipient, key } = encryption;
  if (!given) throw fault('SNAPSHOT_ENCRYPTED', { snapshot: id, recipient });
  if ('identities' in given) return identityOf(recipient, given.identities);
  if (key === null) throw fault('SNAPSHOT_HAS_NO_PASSPHRASE', { recipient });
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of new SnapshotReader(folder, manifest, null).readPacked(key)) {
    bytes += chunk.length;
    if (bytes > largestKeyFile) throw tooLarge(key, largestKeyFile);
    chunks.push(Buffer.from(chunk));
  }
  return openKey(recipient, Buffer.concat(chunks).toString('utf8'), given.passphrase);
}

/** The identity that a passphrase opens. @throws TrainyardError SNAPSHOT_PASSPHRASE_WRONG, SNAPSHOT_KEY_WRONG */
export async function openKey(recipient: string, armoured: string, passphrase: string): Promise<string> {
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addIdentity(passphraseIdentity(passphrase));
  let text: string;
  try {
    text = await decrypter.decrypt(armor.decode(armoured), 'text');
  } catch {
    throw fault('SNAPSHOT_PASSPHRASE_WRONG', { recipient });
  }
  return identityOf(recipient, text);
}

/** A new identity, and to whom it is encrypted. */
export async function makeIdentity(): Promise<{ identity: string; recipient: string }> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** An identity as a file that a passphrase opens, here and with `age -d`. */
export async function lockIdentity(identity: string, passphrase: string): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.addRecipient(await passphraseRecipient(passphrase));
  return armor.encode(await encrypter.encrypt(`${identity}\n`));
}

/** @throws TrainyardError ENCRYPTION_RECIPIENT_INVALID */
export async function checkRecipient(recipient: string): Promise<void> {
  const { Encrypter } = await import('age-encryption');
  try {
    if (!recipientPattern.test(recipient)) throw new Error('another kind');
    new Encrypter().addRecipient(recipient);
  } catch (error) {
    throw fault('ENCRYPTION_RECIPIENT_INVALID', { recipient }, { cause: error });
  }
}
