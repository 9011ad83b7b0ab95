import { z } from 'zod';
import type { SettingsStore } from '../../stores/settings/settings-store.ts';

const name = 'backupEncryption';

const recipientSchema = z.object({
  recipient: z.string(),
  /** Its identity as a file that a passphrase opens; null where a person keeps it. */
  key: z.string().nullable(),
  since: z.iso.datetime(),
});
/** To whom snapshots are encrypted. */
export type KeptRecipient = z.infer<typeof recipientSchema>;

const schema = z.object({ active: recipientSchema.nullable(), pending: recipientSchema.nullable() });
/** What the settings say of encryption: never an identity that opens anything by itself. */
export type KeptEncryption = z.infer<typeof schema>;

/** Null where nothing was ever said. @throws where it cannot be read: what was to be encrypted must not be written otherwise */
export function readEncryption(settings: Pick<SettingsStore, 'get'>): KeptEncryption | null {
  const value = settings.get(name);
  return value === undefined ? null : schema.parse(value);
}

export const writeEncryption = (settings: Pick<SettingsStore, 'set'>, kept: KeptEncryption): void =>
  settings.set(name, kept);
