import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fault } from '../../../../shared/errors/catalogue.ts';

/** @throws TrainyardError SETTING_PATH_RELATIVE */
export function needAbsolute(given: string): void {
  if (!path.isAbsolute(given) || given.includes('\0')) throw fault('SETTING_PATH_RELATIVE', { path: given });
}

/** @throws TrainyardError SETTING_PATH_RELATIVE, WHEELS_NOT_FOUND */
export async function checkWheels(folder: string): Promise<void> {
  needAbsolute(folder);
  const names = await readdir(folder).catch(() => []);
  if (!names.some((name) => name.endsWith('.whl'))) throw fault('WHEELS_NOT_FOUND', { folder });
}
