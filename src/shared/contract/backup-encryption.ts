import { z } from 'zod';
import { backupEncryptionErrors } from '../errors/backup-encryption.ts';
import { snapshotErrors } from '../errors/snapshots.ts';
import { proceduresOf, time } from './common.ts';

const passphrase = z.string().min(1).max(1024);

/** What opens an encrypted snapshot. It is used once and kept nowhere. */
export const snapshotKeySchema = z
  .union([
    z.strictObject({
      identities: z.string().trim().min(1).max(65_536).describe('as age-keygen writes them'),
    }),
    z.strictObject({ passphrase }),
  ])
  .describe('what opens an encrypted snapshot: identities of age, or the passphrase of the one within it');
export type SnapshotKey = z.infer<typeof snapshotKeySchema>;

const recipientSchema = z.object({
  recipient: z.string().describe('of age: to whom snapshots are encrypted'),
  hasPassphrase: z.boolean().describe('its key lies in each snapshot, encrypted with a passphrase'),
  since: time,
});

const encryptionViewSchema = z.object({
  active: recipientSchema.nullable().describe('null: snapshots are not encrypted'),
  pending: recipientSchema.nullable().describe('set up, and not proven yet: snapshots are made as before'),
});
export type BackupEncryptionView = z.infer<typeof encryptionViewSchema>;

/** What encryption is set up with: a recipient of a person’s own, a passphrase for a new key, or nothing for a new key that a person keeps. */
export const setUpEncryptionInput = z.union([
  z.strictObject({ recipient: z.string().trim().min(1).max(200) }),
  z.strictObject({ passphrase: passphrase.min(12) }),
  z.strictObject({}),
]);
export type SetUpEncryptionInput = z.infer<typeof setUpEncryptionInput>;

/** What proves a key that was set up. */
export const proveEncryptionInput = z.strictObject({ key: snapshotKeySchema });

const { get, post } = proceduresOf('backups', { ...backupEncryptionErrors, ...snapshotErrors });

export const backupEncryptionContract = {
  encryption: get('/backups/encryption', 'Whether snapshots are encrypted, and to whom').output(
    encryptionViewSchema,
  ),
  setUpEncryption: post(
    '/backups/encryption',
    'Set up encryption of snapshots; it begins once the key is proven',
  )
    .meta({ effect: 'needsNoRoom' })
    .input(setUpEncryptionInput)
    .output(
      encryptionViewSchema.extend({
        identity: z
          .string()
          .nullable()
          .describe('the new key, this once: the engine forgets it. Null where a person has it already'),
      }),
    ),
  proveEncryption: post(
    '/backups/encryption/prove',
    'Prove the key that was set up, by opening a test file with it: from then on snapshots are encrypted',
  )
    .meta({ effect: 'needsNoRoom' })
    .input(proveEncryptionInput)
    .output(encryptionViewSchema),
  turnOffEncryption: post(
    '/backups/encryption/off',
    'Make snapshots without encryption; those that are encrypted stay so',
  )
    .meta({ effect: 'needsNoRoom' })
    .input(z.strictObject({}))
    .output(encryptionViewSchema),
};
