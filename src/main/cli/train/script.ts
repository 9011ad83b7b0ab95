import path from 'node:path';
import { scriptEnvironmentNames } from '../../../shared/model/script.ts';
import { usageError } from '../lib/failure.ts';
import { translate } from '../lib/language.ts';

/** The flags of a script of one's own. */
export interface ScriptOptions {
  readonly command?: string;
  readonly folder?: string;
  readonly image?: string;
}

/**
 * A script as the command line names it: in the folder where that was typed, unless another one is given, and with what this shell knows of
 * Pythons and cards. Undefined where no script is meant.
 * @throws TrainyardError USAGE
 */
export function scriptFrom({ command, folder, image }: ScriptOptions, shell: NodeJS.ProcessEnv) {
  if (command === undefined) {
    if (folder === undefined && image === undefined) return undefined;
    throw usageError(
      {
        en: '--folder and --image go with --command',
        ko: '--folder와 --image는 --command와 함께 써야 합니다',
      },
      translate(
        'Add --command "python train.py", or leave them out.',
        '--command "python train.py"를 함께 적거나 둘 다 빼세요.',
      ),
    );
  }
  const known = scriptEnvironmentNames.flatMap((name) => {
    const value = shell[name];
    return value ? [[name, value] as const] : [];
  });
  return {
    command,
    folder: path.resolve(folder ?? '.'),
    image: image ?? null,
    environment: Object.fromEntries(known),
  };
}
