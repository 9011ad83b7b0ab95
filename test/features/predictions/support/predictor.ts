import { mkdirSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { modelDescription } from '../../../../src/main/features/predictions/model-description.ts';
import type { PlacedModel } from '../../../../src/main/features/predictions/ports.ts';
import { PredictorProcess } from '../../../../src/main/features/predictions/predictor/predictor-process.ts';
import { Scratch } from '../../../../src/main/platform/scratch.ts';

export const root = path.resolve(import.meta.dirname, '../../../..');
const programs = path.join(root, 'out', 'node');

/** A predictor on the built programs. */
export function openPredictor(
  folder: string,
  more: Partial<ConstructorParameters<typeof PredictorProcess>[0]> = {},
): PredictorProcess {
  const scratch = path.join(folder, 'scratch');
  return new PredictorProcess({
    program: path.join(programs, 'predict-program.js'),
    builtinProgram: path.join(programs, 'builtin-model.js'),
    folder: root,
    scratch: new Scratch(scratch, () => mkdirSync(scratch, { recursive: true })),
    ...more,
  });
}

let models = 0;

/** A model of these files: bytes, or the path of one. */
export function placedModel(
  description: unknown,
  files: Readonly<Record<string, Buffer | string>>,
): PlacedModel & { readonly written: () => number } {
  models += 1;
  let written = 0;
  return {
    key: `model ${models}`,
    description: modelDescription.parse(description),
    writeTo: async (folder) => {
      written += 1;
      for (const [name, content] of Object.entries(files))
        if (typeof content === 'string') await copyFile(content, path.join(folder, name));
        else await writeFile(path.join(folder, name), content);
    },
    written: () => written,
  };
}
