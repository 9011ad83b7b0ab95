import { stackLabels } from '../../../stack/labels.ts';
import type { Check } from '../ports.ts';
import type { DockerEngine } from './docker-engine.ts';
import type { FoundRecord } from './stack-record.ts';
import { runThrowaway } from './throwaway.ts';

/** The major version that the stack's image and our migrations are of. */
const wanted = '17';

/** Where the image keeps its data: at the volume's root, or one or two folders below (images of version 18 and later). */
const script = `
for file in /volume/PG_VERSION /volume/data/PG_VERSION /volume/*/docker/PG_VERSION; do
  [ -f "$file" ] && echo "version $(cat "$file")"
done
echo end
`;

/** Whether the volume of the stack's PostgreSQL was written by the version that will be started on it. */
export function stackVolumeCheck(
  engine: () => Promise<DockerEngine | null>,
  found: () => Promise<FoundRecord>,
  image: () => Promise<string | null>,
  optional: boolean,
): Check {
  return {
    name: 'stack volume',
    group: 'docker',
    optional,
    run: async () => {
      const [docker, record, imageHere] = await Promise.all([engine(), found(), image()]);
      if (!docker || typeof record === 'string' || !imageHere) return [];
      const label = [`${stackLabels.stack}=${record.id}`, `${stackLabels.service}=postgres`];
      const { Volumes } = await docker.docker.listVolumes({ filters: { label } });
      const name = Volumes?.[0]?.Name;
      if (!name) return [];
      const output = await runThrowaway(docker, {
        image: imageHere,
        script,
        volumes: [`${name}:/volume:ro`],
        // The server's files are closed to all but its own account, which differs from image to image.
        capabilities: ['DAC_OVERRIDE'],
      });
      const version = /^version (\d+)$/m.exec(output)?.[1];
      if (!version) return [];
      const code = version === wanted ? 'STACK_VOLUME_OK' : 'STACK_VOLUME_WRONG_VERSION';
      return [{ code, evidence: `${name}: PostgreSQL ${version}` }];
    },
  };
}
