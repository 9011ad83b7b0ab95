import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import type { Identity, Recipient } from 'age-encryption';

/*
 * What a passphrase is to age: a header's stanza `scrypt` (https://age-encryption.org/v1). The library computes it on the thread that
 * serves everybody, for more than a second; Node's own does it beside.
 */

const kind = 'scrypt';
const label = 'age-encryption.org/v1/scrypt';
const saltBytes = 16;
const tagBytes = 16;
/** As the program `age` has it: about a second, and 256 MiB. */
const workFactor = 18;
/** What a snapshot from elsewhere may ask for: 1 GiB. */
const mostWorkFactor = 20;

function derive(passphrase: string, salt: Buffer, logN: number): Promise<Buffer> {
  const [N, r] = [2 ** logN, 8];
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const salted = Buffer.concat([Buffer.from(label), salt]);
  scrypt(passphrase, salted, 32, { N, r, p: 1, maxmem: 256 * N * r }, (error, key) =>
    error ? reject(error) : resolve(key),
  );
  return promise;
}

const unpadded = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
const nonce = Buffer.alloc(12);

/** Encrypts to whoever knows the passphrase. */
export async function passphraseRecipient(passphrase: string): Promise<Recipient> {
  const { Stanza } = await import('age-encryption');
  return {
    wrapFileKey: async (fileKey) => {
      const salt = randomBytes(saltBytes);
      const key = await derive(passphrase, salt, workFactor);
      const one = createCipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
      const body = Buffer.concat([one.update(fileKey), one.final(), one.getAuthTag()]);
      return [new Stanza([kind, unpadded(salt), String(workFactor)], body)];
    },
  };
}

/** Opens what was encrypted with the passphrase. */
export const passphraseIdentity = (passphrase: string): Identity => ({
  unwrapFileKey: async (stanzas) => {
    const [only] = stanzas;
    const [type, salt = '', factor = ''] = only?.args ?? [];
    const logN = /^[1-9]\d?$/.test(factor) ? Number(factor) : Number.NaN;
    if (!only || stanzas.length !== 1 || type !== kind || !(logN <= mostWorkFactor)) return null;
    const key = await derive(passphrase, Buffer.from(salt, 'base64'), logN);
    const one = createDecipheriv('chacha20-poly1305', key, nonce, { authTagLength: tagBytes });
    one.setAuthTag(only.body.subarray(-tagBytes));
    try {
      return Buffer.concat([one.update(only.body.subarray(0, -tagBytes)), one.final()]);
    } catch {
      return null;
    }
  },
});
