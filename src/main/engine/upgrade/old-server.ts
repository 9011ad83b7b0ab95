import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fault } from '../../../shared/errors/catalogue.ts';
import type { Bilingual } from '../../../shared/errors/entry.ts';
import { TrainyardError } from '../../../shared/errors/error.ts';
import { packageFolder, packageName, type ServerPackage } from '../../postgres/embedded/binaries.ts';
import { copiesFolder } from '../../postgres/embedded/location.ts';
import { serverUser } from '../../postgres/embedded/server-user.ts';
import { lastServed } from '../last-served.ts';

const majorOf = (version: string) => version.split('.')[0];

/** A copy that an earlier version of this program made for root's PostgreSQL account. */
function keptCopy(home: string, major: string): ServerPackage | null {
  const folder = copiesFolder(home, serverUser());
  if (!existsSync(folder)) return null;
  for (const name of readdirSync(folder)) {
    const version = /^postgresql-(\d+\.\d+.*)$/.exec(name)?.[1];
    if (version !== undefined && majorOf(version) === major)
      return { folder: path.join(folder, name), version };
  }
  return null;
}

function installed(folder: string, major: string, wanted: Bilingual): ServerPackage {
  const unsuited = (cause?: unknown) =>
    fault('UPGRADE_SERVER_UNSUITED', { folder, from: major, wanted }, { cause });
  const isPackage = existsSync(path.join(folder, 'native', 'bin'));
  let found: ServerPackage;
  try {
    found = isPackage
      ? {
          folder,
          version: String(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version),
        }
      : packageFolder(folder);
  } catch (error) {
    if (error instanceof TrainyardError || error instanceof SyntaxError) throw unsuited(error);
    throw error;
  }
  if (majorOf(found.version) !== major) throw unsuited();
  return found;
}

/** As npm names it: the one that served last, where that is known. */
function wantedPackage(home: string, major: string): Bilingual {
  const name = packageName();
  const version = lastServed(home)?.server;
  if (version && majorOf(version) === major) return { en: `${name}@${version}`, ko: `${name}@${version}` };
  return { en: `a version ${major} of ${name}`, ko: `${name} ${major} 버전` };
}

/**
 * The programs of the PostgreSQL that the data of a state folder is of.
 * @param given a folder in which its package was installed, or the package's own; null: it is looked for
 * @throws TrainyardError UPGRADE_SERVER_MISSING, UPGRADE_SERVER_UNSUITED
 */
export function oldServer(home: string, major: string, given: string | null): ServerPackage {
  const wanted = wantedPackage(home, major);
  const found = given === null ? keptCopy(home, major) : installed(given, major, wanted);
  if (found) return found;
  throw fault('UPGRADE_SERVER_MISSING', { from: major, wanted });
}
