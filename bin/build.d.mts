/** Builds every part whose sources changed since it was built; gives the parts that were built. */
export function ensureBuilt(options?: {
  only?: ('node' | 'workflows' | 'desktop')[];
  onBuild?: (part: string) => void;
}): Promise<string[]>;
