const isFull = process.env.TRAINYARD_KILL_POINTS === 'all';
if (!isFull)
  console.info(
    'shortened: of two places with nothing durable between them one is killed at; all by npm run test:torture',
  );

/**
 * Failpoints to kill at. What is on the disk before a step is what was there after the one that came before it, so the usual run leaves
 * out the place before where the one after is taken, too.
 */
export function killPoints<Name extends string>(names: readonly Name[]): readonly Name[] {
  if (isFull) return names;
  return names.filter(
    (name) => !names.some((other) => other === name.replace(/\.before$/, '.after') && other !== name),
  );
}

/**
 * Failpoints in the order in which one piece of work passes them, as histories: each is begun anew after every kill. The usual run takes
 * every third place in each of three, so that all are killed at.
 */
export function killChains<Name extends string>(
  names: readonly Name[],
): readonly { readonly failpoints: readonly Name[] }[] {
  if (isFull) return names.map((name) => ({ failpoints: [name] }));
  const points = killPoints(names);
  return [0, 1, 2].map((first) => ({ failpoints: points.filter((_, at) => at % 3 === first) }));
}
