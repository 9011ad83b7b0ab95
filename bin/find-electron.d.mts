export function findElectron(environment?: Record<string, string | undefined>, root?: string): string | null;
