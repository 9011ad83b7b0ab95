import path from 'node:path';
import { homeFolder } from '../../platform/paths.ts';

/** Where the snapshots of the state folder are; it need not be there. */
export const snapshotsFolder = () => path.join(homeFolder(), 'snapshots');
