export function findNode(): string;
export function isWantedNode(): boolean;
