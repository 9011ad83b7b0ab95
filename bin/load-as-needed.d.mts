import type { Plugin } from 'vite';
export function builtinModulesAsNeeded(): Plugin;
export function packagesAsNeeded(): Plugin;
