import { wordsOf } from '../../../platform/deadline.ts';
import type { Check, Observation } from '../ports.ts';
import type { DockerEngine } from './docker-engine.ts';
import { connectTo, registryOf } from './registry.ts';

const isMissing = (error: unknown) =>
  error instanceof Error && 'statusCode' in error && error.statusCode === 404;

/** Whether Docker has the image. */
export async function isHere(engine: DockerEngine, image: string): Promise<boolean> {
  try {
    await engine.docker.getImage(image).inspect();
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function judge(engine: DockerEngine, image: string): Promise<Observation> {
  const registry = registryOf(image, engine);
  const evidence = `${image} (${registry.host}:${registry.port})`;
  try {
    await connectTo(registry);
    return { code: 'STACK_IMAGES_TO_PULL', evidence };
  } catch (error) {
    const command = `docker load -i ${image.replace(/[^\w.-]+/g, '-')}.tar`;
    return { code: 'STACK_IMAGE_MISSING_OFFLINE', evidence: `${evidence}: ${wordsOf(error)}`, command };
  }
}

/** Whether every image of the stack is here, or can be had. */
export function stackImagesCheck(
  engine: () => Promise<DockerEngine | null>,
  wanted: () => Promise<readonly string[]>,
  optional: boolean,
): Check {
  return {
    name: 'stack images',
    group: 'docker',
    optional,
    run: async () => {
      const docker = await engine();
      if (!docker) return [];
      const images = await wanted();
      const here = await Promise.all(images.map((image) => isHere(docker, image)));
      const missing = images.filter((_image, index) => !here[index]);
      if (missing.length === 0) return [{ code: 'STACK_IMAGES_OK', evidence: images.join(', ') }];
      return Promise.all(missing.map((image) => judge(docker, image)));
    },
  };
}
