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
