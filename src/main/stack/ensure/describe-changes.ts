/** `made a, b; mended c`; `otherwise` where nothing was done. */
export function describeChanges(changes: {
  readonly made: readonly string[];
  readonly mended: readonly string[];
  readonly otherwise: string;
}): string {
  const { made, mended, otherwise } = changes;
  const parts = [
    ...(made.length > 0 ? [`made ${made.join(', ')}`] : []),
    ...(mended.length > 0 ? [`mended ${mended.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : otherwise;
}
