import { z } from 'zod';
import { TrainyardError } from '../../shared/errors/error.ts';
import type { EngineServer } from '../server/server.ts';
import type { SettingsStore } from '../stores/settings/settings-store.ts';

const portKey = 'port';
/** Any other value is as good as none. */
const portSchema = z.int().min(1).max(65_535);

/**
 * Listens where the person says, else where it did last time, else anywhere: an open page finds the engine again.
 * @param wanted undefined: the person does not say @throws TrainyardError PORT_TAKEN
 */
export async function listen(
  server: EngineServer,
  settings: SettingsStore,
  wanted: number | undefined,
): Promise<void> {
  try {
    await server.listen(wanted ?? portSchema.safeParse(settings.get(portKey)).data ?? 0);
  } catch (error) {
    const isTaken = error instanceof TrainyardError && error.code === 'PORT_TAKEN';
    if (wanted !== undefined || !isTaken) throw error;
    await server.listen(0);
  }
  settings.set(portKey, server.port);
}
