import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ScriptContainers } from '../../../../src/main/features/runs/docker/script-containers.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

test.each(['../containers', 'mine/../../containers', './mine', 'mine/', '/mine', 'a b', 'mine?x=1', ''])(
  'Docker is not asked for %j, which is no image’s name',
  async (image) => {
    const scripts = new ScriptContainers({ sidecar: '', home: '/', hasCards: async () => false });
    // Asked first, it would say that the folder is not there.
    const script = { command: 'true', folder: '/nowhere/at/all', image, environment: {} };
    await expect(scripts.check(script)).rejects.toMatchObject({ code: 'SCRIPT_IMAGE_NOT_FOUND' });
  },
);

test.each(['', 'state', 'state/secrets', 'link'])(
  'no container sees what is in the state folder, with it, in it or behind a link: %j',
  async (name) => {
    await using temporary = await temporaryFolder();
    const { folder } = temporary;
    const home = path.join(folder, 'state');
    mkdirSync(path.join(home, 'secrets'), { recursive: true });
    symlinkSync(path.join(home, 'secrets'), path.join(folder, 'link'));
    const scripts = new ScriptContainers({ sidecar: '', home, hasCards: async () => false });
    const script = { command: 'true', folder: path.join(folder, name), image: 'mine', environment: {} };
    await expect(scripts.check(script)).rejects.toMatchObject({ code: 'SCRIPT_FOLDER_HOLDS_STATE' });
  },
);
