import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorMessage } from '../../../../shared/errors/error.ts';
import { childEnvironment } from '../../../platform/child-environment.ts';
import { appRoot } from '../../../platform/paths.ts';
import type { Check } from '../ports.ts';

const run = promisify(execFile);

/** In a process of its own: what fails to load here often ends the whole process. */
async function evaluate(script: string, argument: string): Promise<string> {
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script, argument], {
    cwd: appRoot(),
    env: childEnvironment('node'),
    timeout: 7_000,
  });
  return stdout.trim();
}

function firstLines(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  const text = said.trim() || errorMessage(error);
  const telling = text.split('\n').find((line) => /error/i.test(line)) ?? text.split('\n')[0];
  return (telling ?? '').trim().slice(0, 300);
}

const images = `
  const { default: sharp } = await import(process.argv[1]);
  const made = await sharp({ create: { width: 8, height: 4, channels: 3, background: '#204060' } }).png().toBuffer();
  const { info } = await sharp(made).raw().toBuffer({ resolveWithObject: true });
  if (info.width !== 8 || info.height !== 4) throw new Error('read ' + JSON.stringify(info));
  process.stdout.write('sharp ' + sharp.versions.sharp + ', libvips ' + sharp.versions.vips);
`;

/** Writes and reads an image. */
export function imagesCheck(library = 'sharp'): Check {
  return {
    name: 'images',
    run: async () => {
      try {
        return [{ code: 'IMAGES_OK', evidence: await evaluate(images, library) }];
      } catch (error) {
        return [{ code: 'IMAGES_BROKEN', evidence: firstLines(error) }];
      }
    },
  };
}

const trainer = `
  const tf = await import('@tensorflow/tfjs-core');
  const { setWasmPaths } = await import(process.argv[1]);
  const { createRequire } = await import('node:module');
  const path = await import('node:path');
  const file = createRequire(path.resolve('package.json')).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(path.dirname(file) + path.sep);
  if (!(await tf.setBackend('wasm'))) throw new Error('the backend error: it does not start');
  const [sum] = await tf.matMul([[1, 2]], [[3], [4]]).data();
  if (sum !== 11) throw new Error('error: 1·3 + 2·4 = ' + sum);
  process.stdout.write('tfjs ' + tf.version_core + ', ' + tf.getBackend());
`;

/** Multiplies two matrices on the builtin trainer's backend. */
export function trainerCheck(backend = '@tensorflow/tfjs-backend-wasm'): Check {
  return {
    name: 'trainer',
    run: async () => {
      try {
        return [{ code: 'TRAINER_OK', evidence: await evaluate(trainer, backend) }];
      } catch (error) {
        return [{ code: 'TRAINER_BROKEN', evidence: firstLines(error) }];
      }
    },
  };
}
