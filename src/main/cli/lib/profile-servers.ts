import type { StoreEndpoints } from '../../platform/endpoints.ts';

/** The servers of a profile that has servers of its own. @param stack what has to be closed behind it goes there */
export async function profileServers(
  home: string,
  profile: 'docker' | 'external',
  stack: AsyncDisposableStack,
): Promise<StoreEndpoints> {
  if (profile === 'external')
    return (await import('../../stores/profiles/external-file.ts')).readExternal(home);
  const { openStack } = await import('../stack/cli-stack.ts');
  return stack.use(await openStack(profile)).stack.endpoints();
}
