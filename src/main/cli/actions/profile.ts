import { readFileSync } from 'node:fs';
import path from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { TrainyardError } from '../../../shared/errors/error.ts';
import type { Profile } from '../../../shared/model/stack.ts';
import { chooseProfile, chosenProfile } from '../../engine/profile.ts';
import { checkStores, type StoreCheck } from '../../features/doctor/checks/external-servers.ts';
import { findEngine } from '../../platform/find-engine.ts';
import { openHome } from '../../platform/home.ts';
import { homeFolder } from '../../platform/paths.ts';
import { keepExternalFile, readExternal, readExternalFile } from '../../stores/profiles/external-file.ts';
import { openSettings } from '../../stores/settings/settings-store.ts';
import { connect } from '../client.ts';
import type { CommonOptions } from '../define.ts';
import { translate } from '../language.ts';
import { styled, writeJson, writeLine } from '../output.ts';

function withSettings<T>(use: (settings: ReturnType<typeof openSettings>) => T): T {
  using settings = openSettings(path.join(openHome(homeFolder()), 'settings.sqlite'));
  return use(settings);
}

async function print(profile: Profile, options: CommonOptions): Promise<undefined> {
  await (options.json ? writeJson({ profile }) : writeLine(profile));
}

/** The running engine's profile, else what the next engine of this state folder will have. */
export async function showProfile(options: CommonOptions): Promise<undefined> {
  const engine = findEngine(homeFolder());
  if (!engine) return print(withSettings(chosenProfile), options);
  using client = await connect(engine);
  return print((await client.api.system.info()).profile, options);
}

export async function useProfile(options: CommonOptions, profile: Profile): Promise<undefined> {
  if (profile === 'external') readExternal(openHome(homeFolder()));
  const engine = findEngine(homeFolder());
  if (engine) {
    using client = await connect(engine);
    await client.api.stack.useProfile({ profile });
  } else {
    withSettings((settings) => chooseProfile(settings, profile));
  }
  return print(profile, options);
}

async function report(checks: readonly StoreCheck[], options: CommonOptions): Promise<number> {
  const ok = checks.every((check) => check.ok);
  if (options.json) {
    await writeJson({ ok, stores: checks });
    return ok ? 0 : 1;
  }
  for (const check of checks) {
    const mark = check.ok ? styled('green', '✓') : styled('red', '✗');
    await writeLine(`${mark} ${check.store}: ${check.message}${check.code ? ` [${check.code}]` : ''}`);
    if (check.hint) await writeLine(`  → ${check.hint}`);
  }
  return ok ? 0 : 1;
}

export async function checkExternalProfile(options: CommonOptions): Promise<number> {
  return report(await checkStores(readExternal(openHome(homeFolder()))), options);
}

/** Keeps the addresses only where every server can be used: half a profile helps nobody. */
export async function keepExternal(options: CommonOptions, file: string): Promise<number> {
  const home = openHome(homeFolder());
  const place = file === '-' ? path.resolve('external.json') : path.resolve(file);
  let text: string;
  try {
    text = file === '-' ? await readAll(process.stdin) : readFileSync(place, 'utf8');
  } catch (error) {
    throw new TrainyardError(
      'EXTERNAL_UNREADABLE',
      translate(`${place} cannot be read`, `${place} 파일을 읽을 수 없습니다`),
      translate('Name a file that you may read.', '읽을 수 있는 파일을 지정하세요.'),
      { place: { file: place }, cause: error },
    );
  }
  const checks = await checkStores(readExternalFile(place, text));
  if (checks.every(({ ok }) => ok)) keepExternalFile(home, place, text);
  return report(checks, options);
}
