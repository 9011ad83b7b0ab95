import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { goodFiles, writeFiles } from './pictures.ts';
import { evaluatePath } from './validate.ts';

/** Errors and warnings of one file beside good ones, and whether it is taken. */
export async function judge(name: string, bytes: Uint8Array) {
  await using place = await temporaryFolder();
  await writeFiles(place.folder, { ...(await goodFiles()), [`cat/${name}`]: bytes });
  const { validation, accepted } = await evaluatePath(place.folder);
  const ofFile = (problems: readonly { path: string; code: string; message: string; hint: string }[]) =>
    problems.filter(({ path }) => path === `cat/${name}`);
  const image = accepted.find(({ path }) => path === `cat/${name}`);
  return { errors: ofFile(validation.errors), warnings: ofFile(validation.warnings), image };
}
