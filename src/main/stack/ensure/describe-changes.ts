/** `made a, b; fixed c`; `otherwise` where nothing was done. */
export function describeChanges(changes: {
  readonly made: readonly string[];
  readonly fixed: readonly string[];
  readonly otherwise: string;
}): string {
  const { made, fixed, otherwise } = changes;
  const parts = [
    ...(made.length > 0 ? [`made ${made.join(', ')}`] : []),
    ...(fixed.length > 0 ? [`fixed ${fixed.join(', ')}`] : []),
  ];
  return parts.length > 0 ? parts.join('; ') : otherwise;
}
