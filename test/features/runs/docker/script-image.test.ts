import { expect, test } from 'vitest';
import { ScriptContainers } from '../../../../src/main/features/runs/docker/script-containers.ts';

test.each(['../containers', 'mine/../../containers', './mine', 'mine/', '/mine', 'a b', 'mine?x=1', ''])(
  'Docker is not asked for %j, which is no image’s name',
  async (image) => {
    const scripts = new ScriptContainers({ sidecar: '', home: '/', hasCards: async () => false });
    // Asked first, it would say that the folder is not there.
    const script = { command: 'true', folder: '/nowhere/at/all', image, environment: {} };
    await expect(scripts.check(script)).rejects.toMatchObject({ code: 'SCRIPT_IMAGE_NOT_FOUND' });
  },
);
